from __future__ import annotations

import itertools
import json
import math
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.recording.columns import ColumnFile, read_columns
from gcs.recording.layout import RecordingError
from tests.helpers.data import shared_data

FLIGHTS = {
    "FormoSat-5": 2034,
    "CRS-11": 13489,
    "X-37B-OTV-5": 14099,
    "BulgariaSat-1": 12540,
    "Iridium-NEXT-3": 11845,
    "KoreaSat-5A": 12587,
    "ZUMA": 14112,
}


def written(directory: Path, name: str, text: str) -> ColumnFile:
    """The columns of a file with this text, time in column `t`."""
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return read_columns(path, "t")


def values(flight: ColumnFile) -> list[dict[str, float | None]]:
    """The rows, decoded."""
    return [json.loads(row.data) for row in flight.rows]


@pytest.mark.parametrize("name", sorted(FLIGHTS))
def test_every_row_of_a_real_flight_is_read(name: str) -> None:
    path = shared_data(f"falcon9/{name}.json")
    content = json.loads(path.read_text())
    flight = read_columns(path, "time_s")
    assert flight.columns == ("time_s", "speed_m_s", "altitude_km")
    assert len(flight.rows) == FLIGHTS[name]
    assert flight.events_s == content["events_s"]
    for column in flight.columns:
        assert [row[column] for row in values(flight)] == content[column]
    times = [row.at_s for row in flight.rows]
    assert times == sorted(times)


def test_a_real_table_of_a_simulation_is_read() -> None:
    flight = read_columns(shared_data("nesc/Atmos_01_sim_04.csv"), "time")
    assert len(flight.columns) > 25
    assert "altitudeMsl_ft" in flight.columns
    rows = values(flight)
    assert (flight.rows[0].at_s, flight.rows[-1].at_s) == (0.0, 30.0)
    assert rows[0]["altitudeMsl_ft"] == pytest.approx(30_000)
    assert all(value is not None for row in rows for value in row.values())


@given(
    table=st.lists(
        st.tuples(
            st.floats(0, 1e6),
            st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_csv_and_json_of_the_same_flight_are_the_same_rows(
    table: list[tuple[float, float | None]],
) -> None:
    csv_text = "t,x\n" + "".join(f"{t!r},{'' if x is None else repr(x)}\n" for t, x in table)
    json_text = json.dumps({"t": [t for t, _ in table], "x": [x for _, x in table]})
    with tempfile.TemporaryDirectory() as directory:
        from_csv = written(Path(directory), "a.csv", csv_text)
        from_json = written(Path(directory), "a.json", json_text)
    assert from_csv.rows == from_json.rows
    assert values(from_csv) == [
        {"t": t, "x": x if x is not None and math.isfinite(x) else None} for t, x in table
    ]
    times = [row.at_s for row in from_csv.rows]
    assert all(later >= earlier for earlier, later in itertools.pairwise(times))


def test_a_time_that_steps_back_is_played_late_and_keeps_its_own_time(tmp_path: Path) -> None:
    flight = written(tmp_path, "a.csv", "t\n1\n3\n2\n4\n")
    assert [row.at_s for row in flight.rows] == [1, 3, 3, 4]
    assert [row["t"] for row in values(flight)] == [1, 3, 2, 4]


@pytest.mark.parametrize("cell", ["", " ", "nan", "NaN", "NA", "null", "inf", "-Inf", "1e999"])
def test_what_is_not_a_finite_number_is_absent(tmp_path: Path, cell: str) -> None:
    assert values(written(tmp_path, "a.csv", f"t,x\n1,{cell}\n")) == [{"t": 1.0, "x": None}]


@pytest.mark.parametrize("item", ["null", "NaN", "-Infinity", "1e999", f"1{'0' * 400}"])
def test_what_is_not_a_finite_number_is_absent_in_json(tmp_path: Path, item: str) -> None:
    flight = written(tmp_path, "a.json", f'{{"t": [1], "x": [{item}]}}')
    assert values(flight) == [{"t": 1.0, "x": None}]


def test_a_byte_order_mark_spaces_and_windows_lines_are_no_obstacle(tmp_path: Path) -> None:
    flight = written(tmp_path, "a.csv", "\ufefft, x\r\n1, 2\r\n\r\n3,4\r\n")
    assert values(flight) == [{"t": 1, "x": 2}, {"t": 3, "x": 4}]


def test_remarks_and_labelled_times_stand_beside_the_columns(tmp_path: Path) -> None:
    text = '{"note": "n", "t": [1], "events_s": {"meco": 1.5, "none": null}, "o": {"a": "b"}}'
    flight = written(tmp_path, "a.json", text)
    assert flight.columns == ("t",)
    assert flight.events_s == {"meco": 1.5}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", "", ":1: has no columns"),
        ("a.csv", "t,x\n", "a.csv: has no rows"),
        ("a.csv", "time,x\n1,2\n", ":1: has no time column 't', only time, x"),
        ("a.csv", "t,x,x\n", ":1: column x is there twice"),
        ("a.csv", "t,,x\n", ":1: has a column without a name"),
        ("a.csv", "t,x\n1,2\n3\n", ":3: has 1 cells, the header has 2"),
        ("a.csv", "t,x\n1,2\n3,4,5\n", ":3: has 3 cells, the header has 2"),
        ("a.csv", "t,x\n1,2\n3,four\n", ":3: column x: expected a number, got 'four'"),
        ("a.csv", "t,x\n1,2\n\n,4\n", ":4: has no time in column t"),
        ("a.csv", "t,x\ninf,1\n", ":2: has no time in column t"),
        ("a.csv", 't,x\n1,"2\n', "a.csv:2: "),
        ("a.json", "", "a.json:1: is not JSON"),
        ("a.json", '{"t": [1],\n"x": [}', "a.json:2: is not JSON"),
        ("a.json", "[1, 2]", "a.json: expected an object of columns"),
        ("a.json", "{}", "a.json: has no columns"),
        ("a.json", '{"x": [1]}', "a.json: has no time column 't', only x"),
        ("a.json", '{"t": []}', "a.json: has no rows"),
        ("a.json", '{"t": [1, 2], "x": [1]}', "column x has 1 values, t has 2"),
        ("a.json", '{"t": [1, null]}', "row 1: has no time in column t"),
        ("a.json", '{"t": [1e999]}', "row 0: has no time in column t"),
        ("a.json", '{"t": [1], "x": ["2"]}', 'row 0 of column x: expected a number, got "2"'),
        ("a.json", '{"t": [1], "x": [true]}', "row 0 of column x: expected a number, got true"),
        ("a.json", '{"t": [1], "events_s": {"meco": "x"}}', "events_s.meco: expected a number"),
        ("a.json", "[" * 100_000, "a.json: is nested too deep"),
    ],
)
def test_a_bad_file_is_one_sentence_that_names_the_place(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    with pytest.raises(RecordingError) as caught:
        written(tmp_path, name, text)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_absent_or_not_text_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        read_columns(tmp_path / "absent.csv", "t")
    (tmp_path / "a.csv").write_bytes(b"t\n\xff\n")
    with pytest.raises(RecordingError, match="not UTF-8 text"):
        read_columns(tmp_path / "a.csv", "t")


@given(data=st.binary(max_size=100), suffix=st.sampled_from([".csv", ".json"]))
def test_no_bytes_raise_anything_else(data: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"a{suffix}"
        path.write_bytes(data)
        with suppress(RecordingError):
            assert read_columns(path, "t").rows
