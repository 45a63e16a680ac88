"""sendDocument and sendPhoto: by upload, or again by the id of a file that was uploaded; and getFile."""

from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.chats import Attachment
from tests.emulators.telegram.formatting import parsed
from tests.emulators.telegram.methods.markup import buttons
from tests.emulators.telegram.methods.sending import Draft, sent
from tests.emulators.telegram.refusals import bad_request
from tests.emulators.telegram.shown import show

BIGGEST_PHOTO = 10 << 20
BIGGEST_UPLOAD = 50 << 20
"""Of a whole request; beyond it the server in front of Telegram's answers 413."""
BIGGEST_DOWNLOAD = 20 << 20
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
"""How the files begin that Telegram takes for a photo."""


async def send_document(call: Call) -> Any:
    """A file, as it is."""
    return _send(call, "document")


async def send_photo(call: Call) -> Any:
    """A picture, shown as one."""
    return _send(call, "photo")


async def get_file(call: Call) -> Any:
    """Where a file can be fetched; none of more than 20 MB."""
    file: Attachment | None = call.world.files.get(call.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > BIGGEST_DOWNLOAD:
        raise bad_request("file is too big")
    told = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.content)}
    return told | {"file_path": f"{file.kind}s/{file.id}"}


def _send(call: Call, kind: str) -> Any:
    file = _file(call, kind)
    source = call.text("caption")
    formatted = parsed(source, call.text("parse_mode"), call.json("caption_entities"))
    chat, message = sent(call, Draft(formatted, source, buttons(call), file=file), f"{kind}s")
    call.world.files[file.id] = file
    return show(call.world, chat, message)


def _file(call: Call, kind: str) -> Attachment:
    upload = call.upload(kind)
    if upload is None:
        return _known(call, kind)
    if not upload.content:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        if len(upload.content) > BIGGEST_PHOTO:
            raise bad_request(f"file is too big for a photo; the maximum size is {BIGGEST_PHOTO} bytes")
        if not upload.content.startswith(_PICTURES):
            raise bad_request("IMAGE_PROCESS_FAILED")
    number = f"{kind}-{len(call.world.files) + 1}"
    return Attachment(kind, number, upload.name, upload.mime_type, upload.content)


def _known(call: Call, kind: str) -> Attachment:
    """A file that is there already. Addresses on the web are not fetched: nothing leaves this machine."""
    given = call.text(kind)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file: Attachment | None = call.world.files.get(given)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file
