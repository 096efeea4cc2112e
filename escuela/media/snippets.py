"""How a file of the library is written in a lesson."""

from __future__ import annotations

from escuela import storage
from escuela.media.library import Entry
from escuela.web import language


def snippet(entry: Entry, *, alt: str = "") -> str:
    """The Markdown that shows a file.

    Of a recording the whole block, with captions and transcript in the reader's language where there are some.
    """
    target = f"media/{entry.name}"
    if entry.sort == "image":
        return f"![{_plain(alt)}]({target})"
    if entry.sort in {"audio", "video"}:
        return _block(entry, target)
    return f"[{_plain(alt) or entry.name}]({target})"


def _plain(words: str) -> str:
    """Without the signs that would end the brackets."""
    return words.replace("\\", "").replace("[", "(").replace("]", ")")


def _block(entry: Entry, target: str) -> str:
    code = language()
    lines = [f"::: {entry.sort} {target}"]
    captions = entry.captions.get(code) or next(iter(entry.captions.values()), None)
    if captions is not None:
        lines.append(f"captions: media/{captions.path.partition('/')[2]}")
    transcript = entry.transcripts.get(code) or next(iter(entry.transcripts.values()), None)
    lines += ["title: ", "length: ", ""]
    if transcript is not None:
        with storage.read(transcript.key) as stream:
            lines.append(stream.read(200_000).decode("utf-8-sig", "replace").strip())
    return "\n".join([*lines, ":::"])
