"""Files as people send them: real enough for their signatures, small enough for a test."""

from __future__ import annotations

import struct
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(20)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20)
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ\x90\x00" + bytes(60)


def zipped(*names: str, compression: int = ZIP_DEFLATED) -> bytes:
    kept = BytesIO()
    with ZipFile(kept, "w", compression) as archive:
        for name in names:
            archive.writestr(name, "<xml/>")
    return kept.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
MACROS = zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
ZIP = zipped("fotos/arroyo.txt")


def opendocument(media_type: str = "application/vnd.oasis.opendocument.text") -> bytes:
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_STORED) as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", "<xml/>")
    return kept.getvalue()


ODT = opendocument()
ODT_TEMPLATE = opendocument("application/vnd.oasis.opendocument.text-template")


def bomb() -> bytes:
    """A table of contents that claims to be four gigabytes long."""
    return b"PK\x03\x04" + bytes(40) + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 65535, 65535, 0xFFFFFFFF, 0, 0)


def written(words: str = "El arroyo crece cada marzo.", picture: str | None = None) -> bytes:
    """A document that a word processor opens; it may name a picture that is elsewhere."""
    kept = BytesIO()
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p>'
            f"{_linked() if picture else ''}</w:body></w:document>",
        )
        if picture:
            archive.writestr(
                "word/_rels/document.xml.rels",
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="r2" Type="{office[:-14]}image" '
                f'Target="{picture}" TargetMode="External"/></Relationships>',
            )
    return kept.getvalue()


def _linked() -> str:
    """A paragraph with the picture that the relation `r2` names."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        f'<w:p><w:r><w:drawing><p:inline xmlns:p="{drawing}/wordprocessingDrawing"><p:extent cx="900000" cy="900000"/>'
        f'<p:docPr id="1" name="r"/><a:graphic xmlns:a="{drawing}/main"><a:graphicData uri="{drawing}/picture">'
        f'<c:pic xmlns:c="{drawing}/picture"><c:nvPicPr><c:cNvPr id="0" name="r"/><c:cNvPicPr/></c:nvPicPr>'
        f'<c:blipFill><a:blip r:link="r2" xmlns:r="{relations}"/></c:blipFill><c:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></c:spPr></c:pic>'
        "</a:graphicData></a:graphic></p:inline></w:drawing></w:r></w:p>"
    )
