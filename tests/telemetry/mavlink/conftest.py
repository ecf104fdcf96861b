"""The dialects, and the reference that pymavlink's generator makes of our own."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pymavlink
import pytest
from pymavlink.generator import mavgen

from gcs.telemetry.mavlink.dialect import Dialect, load_dialect, shipped_dialect

REPOSITORY = Path(__file__).parents[3]
LANDFALL_XML = REPOSITORY / "configs" / "mavlink" / "landfall.xml"
SHIPPED = Path(pymavlink.__file__).parent / "dialects" / "v20"


@pytest.fixture(scope="session")
def landfall() -> Dialect:
    return load_dialect(LANDFALL_XML.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def ardupilot() -> Dialect:
    return shipped_dialect("ardupilotmega")


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The Python module that mavgen generates from landfall.xml, validated by its schema."""
    folder = tmp_path_factory.mktemp("dialect")
    for source in (
        LANDFALL_XML,
        *(SHIPPED / f"{n}.xml" for n in ("common", "standard", "minimal")),
    ):
        shutil.copy(source, folder)
    output = folder / "landfall_dialect.py"
    options: Any = SimpleNamespace(
        language="Python3",
        output=str(output),
        wire_protocol="2.0",
        validate=True,
        strict_units=True,
        error_limit=200,
    )
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        mavgen.mavgen(options, [str(folder / "landfall.xml")])
    assert "ERROR" not in said.getvalue(), said.getvalue()
    spec = importlib.util.spec_from_file_location("landfall_dialect", output)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
