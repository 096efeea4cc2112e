"""Zips that a stranger made, crafted byte by byte: each is refused with a sentence, and nothing of it is written."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask

from escuela.content import zips
from escuela.content.check import read_edition
from escuela.content.printing import files_of
from tests.content.folder import FILES, Folder
from tests.content.test_printing import contents, read

UNIX = 3 << 8
MOST = 20_000_000


@dataclass
class Part:
    """One entry of a zip; every field may lie."""

    name: bytes | str
    content: bytes = b"x"
    deflated: bool = False
    flags: int = 0
    method: int | None = None
    size: int | None = None
    packed: int | None = None
    checksum: int | None = None
    attributes: int = 0
    made_by: int = UNIX
    at: int | None = None
    local_name: bytes | None = None
    local_extra: bytes = b""
    extra: bytes = b""
    raw: bytes | None = None
    disk: int = 0
    comment: bytes = b""

    @property
    def bytes_of_name(self) -> bytes:
        return self.name.encode() if isinstance(self.name, str) else self.name


@dataclass
class End:
    """The end record; None is the truth."""

    total: int | None = None
    here: int | None = None
    size: int | None = None
    begins: int | None = None
    disk: int = 0
    comment: bytes = b""
    before: bytes = field(default=b"")


def zipped(*parts: Part, end: End | None = None, prefix: bytes = b"") -> bytes:
    end = end or End()
    body, directory = bytearray(prefix), bytearray()
    for part in parts:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        raw = part.raw if part.raw is not None else part.content
        if part.deflated and part.raw is None:
            raw = packer.compress(part.content) + packer.flush()
        method = part.method if part.method is not None else 8 if part.deflated else 0
        checksum = zlib.crc32(part.content) if part.checksum is None else part.checksum
        size = len(part.content) if part.size is None else part.size
        packed = len(raw) if part.packed is None else part.packed
        name = part.bytes_of_name
        at = len(body) if part.at is None else part.at
        here = part.local_name if part.local_name is not None else name
        body += struct.pack(
            "<4s5H3L2H",
            b"PK\3\4",
            20,
            part.flags,
            method,
            0,
            33,
            checksum,
            packed,
            size,
            len(here),
            len(part.local_extra),
        )
        body += here + part.local_extra + raw
        directory += struct.pack(
            "<4s6H3L5H2L",
            *(
                b"PK\1\2",
                part.made_by,
                20,
                part.flags,
                method,
                0,
                33,
                checksum,
                packed,
                size,
                len(name),
                len(part.extra),
            ),
            *(len(part.comment), part.disk, 0, part.attributes, at),
        )
        directory += name + part.extra + part.comment
    begins = len(body) if end.begins is None else end.begins
    total = len(parts) if end.total is None else end.total
    last = struct.pack(
        "<4s4H2LH",
        *(b"PK\5\6", end.disk, end.disk, total if end.here is None else end.here, total),
        *(len(directory) if end.size is None else end.size, begins, len(end.comment)),
    )
    return bytes(body + directory + end.before + last + end.comment)


def edition(*more: Part, around: str = "ciudades/", **first: object) -> list[Part]:
    """The parts of a sound edition, and more."""
    parts = [
        Part(around + name, content.encode() if isinstance(content, str) else content, deflated=name.endswith("l"))
        for name, content in FILES.items()
    ]
    if first:
        parts[0] = replace(parts[0], **first)  # type: ignore[arg-type]
    return [*parts, *more]


def unpack(content: bytes, folder: Path, name: str = "ciudades.zip", most: int = MOST) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return zips.unpack(io.BytesIO(content), name, folder, most=most)


def refusal(content: bytes, folder: Path, **more: int) -> str:
    with pytest.raises(zips.ZipError) as refused:
        unpack(content, folder / "inside", **more)
    assert [path.name for path in folder.iterdir()] == ["inside"]
    return str(refused.value.sentence)


# --- what is taken


def test_what_is_packed_is_unpacked_and_packed_again_the_same(folder: Folder, tmp_path: Path) -> None:
    text = read(folder.path)
    first, second = io.BytesIO(), io.BytesIO()
    zips.pack(text.slug, files_of(text), first)
    home = unpack(first.getvalue(), tmp_path / "out", "x.zip")
    assert home.name == "ciudades"
    again = read(home)
    assert again == text
    zips.pack(again.slug, files_of(again), second)
    assert second.getvalue() == first.getvalue()
    assert set(contents(home)) == set(files_of(text))


@pytest.mark.parametrize("around", ["ciudades/", "courses/ciudades/", ""])
def test_an_edition_is_taken_with_a_folder_around_it_or_none(app: Flask, tmp_path: Path, around: str) -> None:
    home = unpack(zipped(*edition(around=around)), tmp_path, "ciudades (2).ZIP")
    text, faults = read_edition(home)
    assert (home.name, faults, text is not None) == ("ciudades", [], True)


def test_what_computers_leave_beside_files_is_passed_over(tmp_path: Path) -> None:
    left = [
        *(Part("__MACOSX/ciudades/._edition.yaml"), Part("ciudades/.DS_Store"), Part("ciudades/01-datos/Thumbs.db")),
        *(Part("ciudades/", b"", attributes=0o40755 << 16), Part("ciudades/01-datos/", b""), Part("desktop.ini")),
    ]
    home = unpack(zipped(*left, *edition()), tmp_path)
    assert set(contents(home)) == set(FILES)


def test_a_zip_of_a_windows_computer_with_a_comment_is_taken(tmp_path: Path) -> None:
    parts = [replace(part, made_by=0, attributes=0x20, flags=0x800, comment=b"hola") for part in edition()]
    home = unpack(zipped(*parts, end=End(comment=b"una edici\xc3\xb3n")), tmp_path)
    assert set(contents(home)) == set(FILES)


# --- what is not

LINK, FIFO, DEVICE = 0o120777 << 16, 0o10644 << 16, 0o60644 << 16
ZEROS = zlib.compress(bytes(30_000_000))[2:-4]
BOMB = Part("ciudades/01-datos/media/a.csv", b"", deflated=True, raw=ZEROS, size=30_000_000)
LYING = replace(BOMB, size=900_000, checksum=0)

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a way up": (lambda: zipped(*edition(Part("ciudades/../../evil.md"))), "leads outside"),
    "a way up at once": (lambda: zipped(*edition(Part("../evil.md"))), "leads outside"),
    "an absolute path": (lambda: zipped(*edition(Part("/etc/evil.md"))), "leads outside"),
    "a drive": (lambda: zipped(*edition(Part("C:/evil.md"))), "leads outside"),
    "backslashes": (lambda: zipped(*edition(Part("ciudades\\..\\evil.md"))), "leads outside"),
    "a dot": (lambda: zipped(*edition(Part("ciudades/./a.md"))), "leads outside"),
    "an empty step": (lambda: zipped(*edition(Part("ciudades//a.md"))), "leads outside"),
    "an end that disks drop": (lambda: zipped(*edition(Part("ciudades/a.md."))), "leads outside"),
    "a stream of a file": (lambda: zipped(*edition(Part("ciudades/edition.yaml:x"))), "leads outside"),
    "a name of zero": (lambda: zipped(*edition(Part("ciudades/a.md\0.png"))), "cannot be seen"),
    "letters that turn a text round": (lambda: zipped(*edition(Part("ciudades/a\u202edm.exe"))), "cannot be seen"),
    "a long name": (lambda: zipped(*edition(Part("ciudades/" + "a" * 300))), "too long"),
    "a deep name": (lambda: zipped(*edition(Part("ciudades/" + "a/" * 50 + "b"))), "too long or too deep"),
    "a link": (lambda: zipped(*edition(Part("ciudades/a.md", b"/etc/passwd", attributes=LINK))), "a link"),
    "a link that names a folder": (lambda: zipped(Part("ciudades", b"/etc", attributes=LINK), *edition()), "a link"),
    "a pipe": (lambda: zipped(*edition(Part("ciudades/a.md", attributes=FIFO))), "special file"),
    "a device": (lambda: zipped(*edition(Part("ciudades/a.md", attributes=DEVICE))), "special file"),
    "a folder with bytes": (lambda: zipped(*edition(Part("ciudades/b/", b"hello"))), "no ordinary zip"),
    "a bomb": (lambda: zipped(*edition(BOMB)), "far too big when it is expanded"),
    "a bomb that says it is small": (lambda: zipped(*edition(LYING)), "not what the zip says"),
    "a file that says it is huge": (lambda: zipped(*edition(Part("ciudades/a.csv", size=2**31))), "far too big"),
    "too much in all": (
        lambda: zipped(*edition(*(Part(f"ciudades/01-datos/media/{n}.csv", b"1" * 900_000) for n in range(25)))),
        "Expanded, this zip is over 20 MB",
    ),
    "too much to read": (
        lambda: zipped(*edition(*(Part(f"ciudades/01-datos/{n}.md", b"a " * 250_000) for n in range(11)))),
        "texts of this zip are over 2500 KB",
    ),
    "a name in another alphabet's code": (
        lambda: zipped(*edition(Part(b"ciudades/a\xf1o.md"))),
        "not written in UTF-8",
    ),
    "a name that lies of its code": (
        lambda: zipped(*edition(Part(b"ciudades/\xff.md", flags=0x800))),
        "not written in UTF-8",
    ),
    "one name twice": (lambda: zipped(*edition(Part("ciudades/edition.yaml", b"number: 1"))), "one name twice"),
    "one file twice": (lambda: zipped(*edition(Part("ciudades/01-datos/module.yaml"))), "one name twice"),
    "two cases": (lambda: zipped(*edition(Part("ciudades/01-datos/MODULE.yaml"))), "one name twice"),
    "two ways to write an accent": (
        lambda: zipped(*edition(Part("ciudades/a\u0301.md"), Part("ciudades/\xe1.md"))),
        "one name twice",
    ),
    "letters that are one in the end": (
        lambda: zipped(*edition(Part("ciudades/01-datos/ﬁ.md"), Part("ciudades/01-datos/fi.md"))),
        "one name twice",
    ),
    "a file that is a folder": (lambda: zipped(*edition(Part("ciudades/01-datos"))), "both a file and a folder"),
    "a password": (lambda: zipped(*edition(Part("ciudades/a.md", flags=1))), "is encrypted"),
    "a hidden directory": (lambda: zipped(*edition(Part("ciudades/a.md", flags=0x2000))), "is encrypted"),
    "another way to compress": (lambda: zipped(*edition(Part("ciudades/a.md", method=14))), "compressed in a way"),
    "cut short": (lambda: zipped(*edition())[:-30], "damaged or was cut short"),
    "cut in the middle": (lambda: zipped(*edition())[:900], "damaged or was cut short"),
    "something in front": (
        lambda: zipped(*edition(), prefix=b"MZ" * 40, end=End(begins=9)),
        "damaged or was cut short",
    ),
    "entries in the middle of others": (lambda: zipped(*edition(Part("ciudades/a.md", at=0))), "no ordinary zip"),
    "entries that overlap": (
        lambda: zipped(Part("ciudades/a.md", b"a" * 400, packed=900, size=900), *edition()),
        "no ordinary zip",
    ),
    "a file that reaches into the directory": (
        lambda: zipped(*edition(Part("ciudades/a.md", packed=5000, size=5000))),
        "damaged or was cut short",
    ),
    "a place beyond the end": (lambda: zipped(*edition(Part("ciudades/a.md", at=10**9))), "damaged or was cut short"),
    "two names for one file": (lambda: zipped(*edition(local_name=b"ciudades/../../ev.yam")), "not what the zip says"),
    "another content": (lambda: zipped(*edition(checksum=1)), "not what the zip says"),
    "fewer bytes than said": (lambda: zipped(*edition(Part("ciudades/a.md", b"abc", size=9))), "not what the zip says"),
    "more bytes than said": (lambda: zipped(*edition(Part("ciudades/a.md", b"abc", size=1))), "not what the zip says"),
    "no stream of deflate": (lambda: zipped(*edition(deflated=True, raw=b"\xff\xff\xff")), "not what the zip says"),
    "a stream with a tail": (
        lambda: zipped(
            *edition(deflated=True, raw=zlib.compress(b"x")[2:-4] + b"tail", checksum=zlib.crc32(b"x"), size=1)
        ),
        "not what the zip says",
    ),
    "large files": (lambda: zipped(*edition(size=0xFFFFFFFF)), "ZIP64"),
    "large places": (lambda: zipped(*edition(at=0xFFFFFFFF)), "ZIP64"),
    "a large end": (lambda: zipped(*edition(), end=End(total=0xFFFF)), "ZIP64"),
    "a large directory": (lambda: zipped(*edition(), end=End(begins=0xFFFFFFFF)), "ZIP64"),
    "a second end": (lambda: zipped(*edition(), end=End(before=b"PK\x06\x07" + bytes(16))), "ZIP64"),
    "several disks": (lambda: zipped(*edition(), end=End(disk=1)), "one part of several"),
    "a million files": (lambda: zipped(*edition(), end=End(total=60_000)), "too many files"),
    "a large list of files": (
        lambda: zipped(
            *edition(Part("ciudades/a", comment=b"c" * 60_000)),
            *(Part(f"ciudades/{n}", comment=b"c" * 60_000) for n in range(40)),
        ),
        "too many files",
    ),
    "more files than it says": (lambda: zipped(*edition(), end=End(total=2)), "damaged or was cut short"),
    "a directory that ends early": (lambda: zipped(*edition(), end=End(size=100)), "damaged or was cut short"),
    "no edition": (lambda: zipped(Part("ciudades/leame.txt")), "no edition.yaml"),
    "nothing": (zipped, "no edition.yaml"),
    "several editions": (lambda: zipped(*edition(), *edition(around="otra/")), "several editions"),
    "something beside the edition": (lambda: zipped(*edition(Part("fotos/a.jpg"))), "not in the folder of the edition"),
    "a name that no edition has": (lambda: zipped(*edition(around="Mi Edición/")), "cannot be the name of an edition"),
    "no zip": (lambda: b"%PDF-1.7 " + bytes(4000), "not a zip"),
    "an empty file": (lambda: b"", "not a zip"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    make, says = HOSTILE[case]
    assert says in refusal(make(), tmp_path)


def test_a_zip_without_a_folder_is_called_as_the_file(tmp_path: Path) -> None:
    with pytest.raises(zips.ZipError, match="Mi copia cannot be the name of an edition"):
        unpack(zipped(*edition(around="")), tmp_path, "Mi copia.zip")


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    home = unpack(zipped(*edition(Part("ciudades/01-datos/mas.zip", zipped(*edition())))), tmp_path)
    _text, faults = read_edition(home)
    assert [fault.path.name for fault in faults] == ["mas.zip"]


def test_a_bomb_costs_little_memory(tmp_path: Path) -> None:
    parts = [replace(LYING, name=f"ciudades/01-datos/media/{n}.csv") for n in range(50)]
    content = zipped(*edition(*parts))
    tracemalloc.start()
    assert "not what the zip says" in refusal(content, tmp_path, most=10**9)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_name_shown_is_short_and_visible(tmp_path: Path) -> None:
    sentence = refusal(zipped(*edition(Part("\x1b[31m/../" + "a" * 300))), tmp_path)
    assert "\x1b" not in sentence
    assert len(sentence) < 200
