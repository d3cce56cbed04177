"""Values of a hundred million bytes, and pictures of images."""

from __future__ import annotations

import sqlite3
import zlib

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage

from pytuck_desktop.features.grid.cell_tips import cell_tip
from pytuck_desktop.widgets.small_image import small_image

MILLIONS = 100_000_000
BOX = QSize(44, 20)


def encoded(kind, width, height, colour="red"):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(data.data())


def bomb(width, height):
    """A small PNG that says it has very many pixels."""

    def chunk(kind, body):
        crc = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + crc

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    body = zlib.compress(bytes(1000))
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture
def huge(tmp_path):
    path = tmp_path / "huge.db"
    file = sqlite3.connect(path)
    with file:
        file.execute("CREATE TABLE huge (id INTEGER PRIMARY KEY, text TEXT, data BLOB, n INTEGER)")
        file.execute("INSERT INTO huge VALUES (1, 'small', x'00', 1)")
        file.execute(
            "INSERT INTO huge VALUES (2, printf('%.*c', ?, 'x'), zeroblob(?), 2)",
            (MILLIONS, MILLIONS),
        )
    file.close()
    return path


def test_huge_values_are_not_loaded_before_they_are_asked_for(driver, huge):
    grid = driver.open_rows(huge)
    rows = grid.viewmodel
    assert driver.text(1, 1) == "x" * 256 + "…"
    assert driver.text(1, 2) == "BLOB 95.4 MB"
    assert len(rows.stored(1, 1)) == len(rows.stored(1, 2)) == 256
    assert rows.full_length(1, 1) == MILLIONS
    assert "95.4 MB in all" in cell_tip(rows, 1, 1, is_cut=True)
    driver.edit(1, 3, "3")  # their row is saved without them
    driver.save()
    assert len(rows.stored(1, 1)) == 256
    file = sqlite3.connect(huge)
    assert file.execute("SELECT n, length(text) FROM huge WHERE id = 2").fetchone() == (3, MILLIONS)
    file.close()


def test_a_huge_text_is_copied_whole_and_not_opened_in_a_cell(driver, huge):
    grid = driver.open_rows(huge)
    driver.go(1, 1)
    driver.act("copy")
    driver.wait(lambda: len(driver.clipboard()) == MILLIONS)
    driver.act("edit_cell")
    driver.wait(lambda: grid._banner)
    assert driver.editor is None
    assert "too long" in grid.banner.label.text()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_an_image_is_made_small(kind):
    small = small_image(encoded(kind, 400, 200), BOX)
    assert (small.width(), small.height()) == (40, 20)


def test_half_an_image_is_none():
    assert small_image(encoded("PNG", 400, 200)[:40], BOX).isNull()


def test_a_tiny_image_is_not_made_larger():
    assert small_image(encoded("PNG", 3, 2), BOX).size() == QSize(3, 2)


@pytest.mark.parametrize("edge", [5_000, 60_000, 2**31 - 1])
def test_an_image_of_too_many_pixels_is_not_decoded(edge):
    assert small_image(bomb(edge, edge), BOX).isNull()


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"BM", b"%PDF-1.7", b"II*\0"]
)
def test_other_formats_are_not_decoded(data):
    assert small_image(data, BOX).isNull()


def test_images_get_pictures_and_other_blobs_none(driver, tmp_path):
    path = tmp_path / "pictures.db"
    file = sqlite3.connect(path)
    with file:
        file.execute("CREATE TABLE pictures (id INTEGER PRIMARY KEY, image BLOB)")
        images = [encoded("PNG", 60, 30, "blue"), bomb(60_000, 60_000), b"%PDF-1.7", None]
        images.append(encoded("BMP", 500, 500, "green"))  # more than stands in a page
        file.executemany("INSERT INTO pictures (image) VALUES (?)", [(one,) for one in images])
    file.close()
    table = driver.open_rows(path).table
    driver.wait(lambda: table._picture(0, 1) and table._picture(4, 1))
    colour = table._picture(0, 1).toImage().pixelColor(5, 5)
    assert (colour.red(), colour.blue()) == (0, 255)
    assert table._picture(4, 1).width() == table._picture(4, 1).height() == 20
    assert [table._picture(row, 1) for row in (1, 2, 3)] == [None, None, None]
    assert driver.text(1, 1).startswith("PNG")
    # A new value is a new picture.
    file = sqlite3.connect(path)
    with file:
        file.execute("UPDATE pictures SET image = ? WHERE id = 1", (encoded("PNG", 60, 30, "red"),))
    file.close()

    def is_red():
        picture = table._picture(0, 1)
        return picture is not None and picture.toImage().pixelColor(5, 5).red() == 255

    driver.wait(is_red)
