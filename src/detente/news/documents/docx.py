"""Word documents: paragraphs and tables in order, through python-docx. Archives that unpack to too much are refused."""

from __future__ import annotations

import io
import warnings
import zipfile

from detente.errors import DocumentError
from detente.news.documents.about import About
from detente.news.documents.found import Reading, one

#: Most bytes that the archive may unpack to, and most entries.
MAX_UNPACKED = 60_000_000
MAX_ENTRIES = 3_000


def load() -> None:
    """The library, whose import is no part of the time that a file takes."""
    import docx  # noqa: F401


def read(data: bytes) -> Reading:
    _check_archive(data)
    from docx import Document  # only Word files need it
    from docx.table import Table

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = Document(io.BytesIO(data))
            lines = []
            for block in document.iter_inner_content():
                if isinstance(block, Table):
                    lines += [
                        " | ".join(cell.text.replace("\n", " ") for cell in row.cells) for row in block.rows
                    ]
                else:
                    lines.append(block.text)
            properties = document.core_properties
            about = About().told("title", properties.title, "document properties")
            about = about.told("author", properties.author, "document properties")
    except Exception as error:  # python-docx raises anything on a damaged package
        raise DocumentError(
            f"the Word document is damaged or cannot be read ({type(error).__name__})"
        ) from None
    text = "\n".join(line.replace("\r", " ").replace("\x0b", "\n") for line in lines)
    if not text.strip():
        raise DocumentError("the Word document holds no text")
    return one(text, "docx", about)


def _check_archive(data: bytes) -> None:
    """Sizes are counted while unpacking, not believed from the archive's own list."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise DocumentError(
                    "the Word document holds too many parts",
                    found=len(entries),
                    allowed=f"at most {MAX_ENTRIES}",
                )
            total = 0
            for entry in entries:
                with archive.open(entry) as stream:
                    while block := stream.read(1 << 20):
                        total += len(block)
                        if total > MAX_UNPACKED:
                            raise DocumentError(
                                f"the Word document unpacks to more than {MAX_UNPACKED // 1_000_000} MB"
                            )
    except DocumentError:
        raise
    except (
        Exception
    ) as error:  # BadZipFile, zlib.error, NotImplementedError, RuntimeError (encrypted), EOFError
        raise DocumentError(f"the file is not a Word document ({type(error).__name__})") from None
