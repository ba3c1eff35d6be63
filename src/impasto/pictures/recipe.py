"""The recipe in a written picture: how it was made, as a JSON text inside the file's XMP metadata.

XMP (ISO 16684-1) is the one kind of metadata that PNG, JPEG, WebP, TIFF and AVIF all hold. The recipe is the text of
one property, `recipe`, in Impasto's own namespace; other programs show it and leave it where it is.
"""

from __future__ import annotations

import re
import struct
import zlib
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from impasto.errors import OutputError
from impasto.pictures.opening import PathLike, opened

NAMESPACE = "urn:impasto:xmp:1.0/"
MAX_PACKET_BYTES = 60_000  # what fits into the one segment of a JPEG
_MAX_READ_BYTES = 1_000_000
_XMP = "xmp-data"
_PNG_KEYWORD = b"XML:com.adobe.xmp"
_PNG_HEADER_END = 8 + 12 + 13  # the signature and the IHDR chunk
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xmp_packet(recipe: str) -> bytes:
    """An XMP packet that holds `recipe`.

    Raises OutputError if it is too long for a file's metadata or holds characters that XML cannot.
    """
    unfit = _NOT_XML.search(recipe)
    if unfit:
        raise OutputError(
            f"the recipe holds the character U+{ord(unfit.group()):04X}, which a picture's metadata cannot. "
            "Write it as JSON with ASCII escapes."
        )
    text = escape(recipe, {"\r": "&#13;"})
    packet = (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about="" xmlns:impasto="{NAMESPACE}"><impasto:recipe>{text}</impasto:recipe>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode("ascii", "xmlcharrefreplace")  # so that no reader can take it for another encoding
    if len(packet) > MAX_PACKET_BYTES:
        raise OutputError(
            f"the recipe needs {len(packet):,} bytes of metadata, and a picture holds {MAX_PACKET_BYTES:,}. "
            "Shorten it, or keep it in a file of its own."
        )
    return packet


def png_with_xmp(png: bytes, packet: bytes) -> bytes:
    """The PNG file with `packet` as its XMP.

    libvips would write it as compressed Latin-1 (zTXt); the XMP specification (part 3, 1.1.5) asks for an
    uncompressed iTXt chunk before the pixels, and that is what other readers look for.
    """
    body = (
        b"iTXt" + _PNG_KEYWORD + b"\0\0\0\0\0" + packet
    )  # end of keyword, not compressed, no language, no translation
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_PNG_HEADER_END] + chunk + png[_PNG_HEADER_END:]


def read_recipe(path: PathLike) -> str | None:
    """The recipe inside a picture file, or None if it holds none.

    Metadata of more than a megabyte, malformed, or with XML entities of its own is taken as holding none. Only the
    file's header is decoded. Raises PictureError like `read_picture` if it is no readable picture file.
    """
    with opened(path) as (image, _):
        if _XMP not in image.get_fields():
            return None
        return _recipe_in(bytes(image.get(_XMP)))


def _recipe_in(packet: bytes) -> str | None:
    if len(packet) > _MAX_READ_BYTES or b"<!" in packet:  # no document type, so no entities that multiply
        return None
    try:
        root = ElementTree.fromstring(packet.decode("utf-8").strip("\0 \t\r\n\ufeff"))
    except (ElementTree.ParseError, UnicodeDecodeError):
        return None
    name = f"{{{NAMESPACE}}}recipe"
    for element in root.iter():
        if element.tag == name:
            return element.text
        if name in element.attrib:
            return element.attrib[name]
    return None
