"""A stored mail: its text, plain where the mail has that, else its HTML; subject, sender and date. Attachments stay closed."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from detente.errors import DocumentError
from detente.news.documents import html
from detente.news.documents.about import About
from detente.news.documents.found import Found, Reading
from detente.news.documents.plain import decode

#: Most parts of a mail, most bytes before its first blank line, and longest header that is looked at.
MAX_PARTS = 500
MAX_HEAD = 500_000
MAX_HEADER = 4_000
_HEADERS = (("subject", "title"), ("from", "author"), ("date", "date"), ("organization", "publisher"))


def load() -> None:
    """The extractor, for mails of HTML."""
    html.load()


def read(data: bytes) -> Reading:
    """Raises `DocumentError` if the file is no mail or has no text."""
    head = data[: MAX_HEAD + 1].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if len(head) > MAX_HEAD:
        raise DocumentError("the head of the mail is too long", allowed=f"at most {MAX_HEAD // 1000} kB")
    if data.count(b"\nContent-") + data.count(b"\ncontent-") > 4 * MAX_PARTS:
        raise DocumentError("the mail has too many parts", allowed=f"at most {MAX_PARTS}")
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if not any(
            name.lower() in ("from", "date", "subject", "received", "mime-version") for name in message
        ):
            raise DocumentError("the file is not a mail (it has none of the headers From, Date, Subject)")
        return _read(message)
    except DocumentError:
        raise
    except Exception as error:  # the header parser raises anything on a damaged mail, RecursionError included
        raise DocumentError(f"the mail is damaged or cannot be read ({type(error).__name__})") from None


def _read(message: EmailMessage) -> Reading:
    plain: list[EmailMessage] = []
    pages: list[EmailMessage] = []
    unread: list[tuple[str, str]] = []
    waiting: list[EmailMessage] = [message]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            raise DocumentError("the mail has too many parts", allowed=f"at most {MAX_PARTS}")
        kind = part.get_content_type()
        if kind == "message/rfc822" or part.get_content_disposition() == "attachment":
            unread.append((f"attachment {_name(part)}", "attachments are not opened"))
        elif part.is_multipart():
            waiting += reversed([sub for sub in part.iter_parts() if isinstance(sub, EmailMessage)])
        elif kind == "text/plain":
            plain.append(part)
        elif kind == "text/html":
            pages.append(part)
        elif not kind.startswith("image/"):
            unread.append((f"attachment {_name(part)}", "attachments are not opened"))
    about = _about(message)
    texts = [text for part in plain if (text := _text(part)[0]).strip()]
    if texts:
        return Reading((Found("\n\n".join(texts), f"mail, {_text(plain[0])[1]}", about),), tuple(unread))
    for part in pages:
        found = html.read(part.get_payload(decode=True), part.get_content_charset()).found[0]  # pyright: ignore
        return Reading(
            (Found(found.text, f"mail, {found.encoding}", about.filled(found.about)),), tuple(unread)
        )
    raise DocumentError("the mail holds no text")


def _text(part: EmailMessage) -> tuple[str, str]:
    payload = part.get_payload(decode=True)
    return decode(payload, part.get_content_charset()) if isinstance(payload, bytes) and payload else ("", "")


def _name(part: EmailMessage) -> str:
    given = part.get_filename() or part.get_content_type()
    return " ".join(str(given).split())[:80]


def _about(message: EmailMessage) -> About:
    about = About()
    for header, name in _HEADERS:
        raw = next((value for key, value in message.raw_items() if key.lower() == header), "")
        if not raw or len(str(raw)) > MAX_HEADER:
            continue
        value = message[header]
        if header == "from":
            people = getattr(value, "addresses", ())
            value = people[0].display_name or people[0].addr_spec if people else None
        about = about.told(name, str(value) if value is not None else None, f"mail header {header.title()}")
    return about
