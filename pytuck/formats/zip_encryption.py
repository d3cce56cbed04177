"""The cipher of old zip files, which every program opens and which keeps nobody out for long.

It is here for files that must have it. Known plain text of 12 bytes breaks it in seconds (Biham and
Kocher, "A Known Plaintext Attack on the PKZIP Stream Cipher", 1994); an encrypted `.pytuck` file is
the place for secrets. Source: PKWARE APPNOTE.TXT 6.3.10, section 6.1.
"""

from __future__ import annotations

import zlib

_TABLE = [zlib.crc32(bytes([byte]), 0xFFFFFFFF) ^ 0xFFFFFFFF for byte in range(256)]


class ZipCipher:
    """Encrypts the bytes of one member, in order.

    Args:
        head: Twelve bytes that stand before the member's own; the last one tells a reader whether
            the password is right.

    Attributes:
        head: The same; to be encrypted first.
    """

    def __init__(self, password: bytes, head: bytes) -> None:
        self.head = head
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        self.encrypt(password)  # what comes out is not used, only the keys that it makes

    def encrypt(self, data: bytes) -> bytes:
        """Return the next bytes, encrypted."""
        first, second, third = self._keys
        table = _TABLE
        out = bytearray(len(data))
        for place, byte in enumerate(data):
            mask = third & 0xFFFF | 2
            out[place] = byte ^ (mask * (mask ^ 1) >> 8 & 0xFF)
            first = first >> 8 ^ table[(first ^ byte) & 0xFF]
            second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            third = third >> 8 ^ table[(third ^ second >> 24) & 0xFF]
        self._keys = first, second, third
        return bytes(out)
