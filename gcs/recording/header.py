"""Who recorded what, with which versions: all that a replay needs beside the inputs."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from hashlib import blake2b
from importlib import metadata
from pathlib import Path

import msgspec

from gcs.config.loading import Mission
from gcs.recording.layout import FORMAT, RecordingError, text_digest

_PACKAGES = ("landfall", "msgspec", "numba", "numpy", "pymavlink")
_SEAL = "digest"
_SOURCE = Path(__file__).parents[1]
_CPU_FILE = Path("/proc/cpuinfo")


class RecordingHeader(msgspec.Struct, frozen=True):
    """The head of a recording.

    `texts` are the config files and the dialect by the names the mission gives
    them: `load_mission(Path(header.mission), header.texts)` is the mission flown.
    `key_checks` tells signing keys apart (see `key_check`) and reveals none.
    """

    mission: str
    texts: dict[str, str]
    seed: int
    session: str
    created_ns: int
    versions: dict[str, str]
    cpu: str
    key_checks: dict[str, str] = {}


def header_for(
    mission: Mission,
    *,
    seed: int,
    session: str,
    created_ns: int,
    keys: Mapping[str, bytes] | None = None,
) -> RecordingHeader:
    """The header of a recording that starts now on this machine; `keys` by link."""
    return RecordingHeader(
        mission=mission.file,
        texts=dict(mission.texts),
        seed=seed,
        session=session,
        created_ns=created_ns,
        versions=versions(),
        cpu=cpu_model(),
        key_checks={link: key_check(key, session) for link, key in (keys or {}).items()},
    )


def versions() -> dict[str, str]:
    """Versions of the interpreter, the packages and the very source that decide a step."""
    found = {"python": platform.python_version(), "source": source_digest()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def source_digest() -> str:
    """A short digest of the station's source: two builds of one version may decide otherwise."""
    digest = blake2b(digest_size=6)
    for path in sorted(_SOURCE.rglob("*")):
        if path.suffix in (".py", ".lark"):
            digest.update(path.relative_to(_SOURCE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def cpu_model() -> str:
    """The processor's name: compiled kernels may round differently on another."""
    try:
        lines = _CPU_FILE.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{platform.machine()} {next(names, platform.processor())}".strip()


def key_check(key: bytes, session: str) -> str:
    """Two bytes, hex: enough to notice another key, too little to search for this one."""
    return blake2b(key, digest_size=2, salt=_salt(session)).hexdigest()


def _salt(session: str) -> bytes:
    return blake2b(session.encode(), digest_size=16).digest()


def verification_obstacles(
    recorded: RecordingHeader, here: RecordingHeader, keys: Mapping[str, bytes] | None = None
) -> tuple[str, ...]:
    """Why a re-decision here may differ from the recorded one for no fault of the rules.

    One sentence each; empty where it must be identical. `keys` are the signing
    keys at hand, by link.
    """
    obstacles = []
    if recorded.cpu != here.cpu:
        obstacles.append(f"recorded on {recorded.cpu}, this is {here.cpu}")
    for name, version in recorded.versions.items():
        at_hand = here.versions.get(name, "not installed")
        if version != at_hand:
            obstacles.append(f"recorded with {name} {version}, this is {at_hand}")
    return (*obstacles, *key_obstacles(recorded, keys or {}))


def key_obstacles(recorded: RecordingHeader, keys: Mapping[str, bytes]) -> tuple[str, ...]:
    """Why signed frames would not be taken here as they were when recorded."""
    obstacles = []
    for link, check in recorded.key_checks.items():
        key = keys.get(link)
        if key is None:
            obstacles.append(f"no signing key for link {link}")
        elif key_check(key, recorded.session) != check:
            obstacles.append(f"another signing key for link {link}")
    return tuple(obstacles)


def header_metadata(header: RecordingHeader) -> dict[str, str]:
    """The header without its texts, as the metadata record holds it."""
    flat = {
        "format": FORMAT,
        "mission": header.mission,
        "seed": str(header.seed),
        "session": header.session,
        "created_ns": str(header.created_ns),
        "cpu": header.cpu,
    }
    flat.update((f"version.{name}", version) for name, version in header.versions.items())
    flat.update((f"key.{link}", check) for link, check in header.key_checks.items())
    return {**flat, _SEAL: _sealed(flat, header.texts)}


def header_from(flat: Mapping[str, str], texts: Mapping[str, str]) -> RecordingHeader:
    """The header that a metadata record and the attachments hold; RecordingError otherwise."""
    if _sealed(flat, texts) != flat.get(_SEAL):
        raise RecordingError("has a damaged header: it is not the one that was recorded")
    if flat.get("format") != FORMAT:
        raise RecordingError(f"is of format {flat.get('format')!r}, this reads {FORMAT!r}")
    try:
        return RecordingHeader(
            mission=flat["mission"],
            texts=dict(texts),
            seed=int(flat["seed"]),
            session=flat["session"],
            created_ns=int(flat["created_ns"]),
            versions=_under("version.", flat),
            cpu=flat["cpu"],
            key_checks=_under("key.", flat),
        )
    except (KeyError, ValueError) as error:
        raise RecordingError(f"has a damaged header: {error}") from error


def _sealed(flat: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """A digest of all but itself: MCAP gives the metadata record no checksum of its own."""
    said = {f"metadata {key}": value for key, value in flat.items() if key != _SEAL}
    return text_digest({**said, **{f"text {name}": text for name, text in texts.items()}})


def _under(prefix: str, flat: Mapping[str, str]) -> dict[str, str]:
    return {
        key.removeprefix(prefix): value for key, value in flat.items() if key.startswith(prefix)
    }
