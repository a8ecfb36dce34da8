"""What an evidence file is, told by its content and never by its name."""

#: Media type and file ending of what is taken.
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
#: Within this many bytes of the end a PDF says that it ends.
_TAIL = 2048


def media_type(content: bytes) -> str | None:
    """Return the media type of a PDF, JPEG or PNG that begins and ends as one; None for anything else.

    What follows the end is not allowed: a picture with an archive or a page behind it is no picture.
    """
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "application/pdf" if b"%%EOF" in content[-_TAIL:] else None
    if content.startswith(_PNG):
        return "image/png" if content.endswith(b"IEND\xaeB`\x82") else None
    if content.startswith(_JPEG):
        return "image/jpeg" if content.rstrip(b"\0").endswith(b"\xff\xd9") else None
    return None
