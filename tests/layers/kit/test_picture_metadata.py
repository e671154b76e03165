"""Metadata of pictures is removed, and nothing else: pixels, colours and orientation stay the same."""

import io
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from pillow_heif import register_heif_opener

from shared.kit.pictures.metadata import Malformed, without_metadata
from tests.support.uploads import encoded, quarters

register_heif_opener()
SECRET = b"Nalewka 5, Rzeszow"
ORIENTATION, CAMERA, GPS, EXIF, MAKER_NOTE = 0x0112, 0x010F, 0x8825, 0x8769, 0x927C
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def written(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[CAMERA] = SECRET.decode()
    exif[GPS] = {1: "N", 2: (50.0, 2.0, 17.5), 29: "2026:11:29", 27: b"ASCII\0\0\0" + SECRET}
    exif[EXIF] = {MAKER_NOTE: SECRET}
    # Pillow writes TIFF directories as they were read.
    read = Image.Exif()
    read.load(exif.tobytes())
    return read


def png_texts() -> PngInfo:
    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=False)
    texts.add(b"prVt", SECRET)
    return texts


PICTURE = quarters(120, 80)
WITH_METADATA = {
    "JPEG": encoded(PICTURE, "JPEG", exif=written(), xmp=XMP, comment=SECRET, icc_profile=PROFILE),
    "progressive": encoded(PICTURE, "JPEG", exif=written(), progressive=True, icc_profile=PROFILE) + b"film" + SECRET,
    "CMYK": encoded(PICTURE.convert("CMYK"), "JPEG", exif=written()),
    "MPO": encoded(PICTURE, "MPO", exif=written(), save_all=True, append_images=[PICTURE]),
    "PNG": encoded(PICTURE, "PNG", exif=written(), pnginfo=png_texts(), icc_profile=PROFILE) + SECRET,
    "palette": encoded(PICTURE.quantize(4), "PNG", exif=written(), transparency=0),
    "APNG": encoded(PICTURE, "PNG", exif=written(), save_all=True, append_images=[PICTURE.rotate(180)]),
    "WEBP": encoded(PICTURE, "WEBP", exif=written(), xmp=XMP, icc_profile=PROFILE, lossless=True),
    "animated": encoded(PICTURE, "WEBP", exif=written(), xmp=XMP, save_all=True, append_images=[PICTURE.rotate(180)]),
    "TIFF": encoded(PICTURE, "TIFF", exif=written(), icc_profile=PROFILE),
    "HEIF": encoded(PICTURE, "HEIF", exif=written(), xmp=XMP, icc_profile=PROFILE, quality=-1),
    "AVIF": encoded(PICTURE, "AVIF", exif=written(), xmp=XMP, icc_profile=PROFILE),
}
EACH = pytest.mark.parametrize("content", WITH_METADATA.values(), ids=WITH_METADATA)


def extension(label: int, *blocks: bytes) -> bytes:
    return b"".join([b"!", bytes([label]), *(bytes([len(each)]) + each for each in blocks), b"\0"])


# Adobe writes XMP without lengths, followed by 258 bytes that lead every reader to the end.
XMP_OF_GIF = b"!\xff\x0bXMP DataXMP" + XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
COMMENTS = extension(0xFE, SECRET, SECRET) + XMP_OF_GIF + extension(0xFF, b"MGK8BIM0000", SECRET)
ANIMATION = encoded(PICTURE, "GIF", save_all=True, append_images=[PICTURE.rotate(180)], duration=70, loop=3)


def with_comments(animation: bytes) -> bytes:
    """Insert metadata of all kinds before and within the first frame, and before and after the end."""
    text = extension(0xF9, b"\0\0\0\0") + extension(0x01, bytes(12), SECRET)
    first = animation.index(b"!\xf9")
    head, control, frames = animation[:first], animation[first : first + 8], animation[first + 8 : -1]
    return b"".join([head, COMMENTS, text, b"\0", control, COMMENTS, frames, COMMENTS, b";", SECRET])


GIF = with_comments(ANIMATION)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def frames(content: bytes) -> Iterator[tuple[str, bytes]]:
    image = opened(content)
    for number in range(1 if image.format == "MPO" else getattr(image, "n_frames", 1)):
        image.seek(number)
        yield image.mode, image.tobytes()


def bare(content: bytes) -> bytes:
    image = opened(content)
    return without_metadata(content, image.format or "", image.getexif().get(ORIENTATION, 1))


@EACH
def test_location_and_owner_are_removed_and_the_picture_stays(content: bytes) -> None:
    assert SECRET in content
    assert opened(content).getexif().get_ifd(GPS)
    kept, before = bare(content), opened(content)
    after = opened(kept)
    assert SECRET not in kept
    assert list(frames(kept)) == list(frames(content))[: len(list(frames(kept)))]
    assert getattr(after, "n_frames", 1) == (1 if before.format == "MPO" else getattr(before, "n_frames", 1))
    exif = after.getexif()
    assert not exif.get_ifd(GPS)
    assert set(exif) & {CAMERA, EXIF, GPS} == set()
    assert exif.get(ORIENTATION, 1) == before.getexif().get(ORIENTATION, 1)
    assert after.info.get("icc_profile") == before.info.get("icc_profile")
    assert not after.info.get("comment")
    after.getxmp()
    assert bare(kept) == kept, "a file without metadata is not changed"


def test_comments_of_a_gif_are_removed_and_the_animation_stays() -> None:
    profile = extension(0xFF, b"ICCRGBG1012", PROFILE[:255])
    whole = ANIMATION.replace(b"!\xff\x0bNETSCAPE2.0", profile + b"!\xff\x0bNETSCAPE2.0")
    assert len(whole) == len(ANIMATION) + len(profile)
    content = with_comments(whole)
    assert (content.count(SECRET), content.count(b"8BIM")) == (14, 3)
    # Byte for byte the file without the comments.
    assert bare(content) == whole
    after = opened(bare(content))
    assert (after.info["loop"], after.info["duration"], len(list(frames(whole)))) == (3, 70, 2)


def test_a_gif_without_an_end_gets_one() -> None:
    assert bare(GIF[: GIF.rindex(b";")]) == ANIMATION


@pytest.mark.parametrize("cut", [12, 40, -200])
def test_a_truncated_gif_is_malformed(cut: int) -> None:
    with pytest.raises(Malformed):
        without_metadata(GIF[:cut], "GIF", 1)


def test_every_page_of_a_tiff_is_checked() -> None:
    description = {270: SECRET.decode(), 305: SECRET.decode(), 700: XMP}
    content = encoded(PICTURE, "TIFF", tiffinfo=description, save_all=True, append_images=[PICTURE.rotate(180)])
    kept = without_metadata(content, "TIFF", 1)
    assert (content.count(SECRET), kept.count(SECRET)) == (6, 0)
    assert len(list(frames(kept))) == 2
    assert list(frames(kept)) == list(frames(content))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "GIF", "BMP"])
def test_a_picture_without_metadata_is_not_changed(name: str) -> None:
    content = encoded(PICTURE, name)
    assert without_metadata(content, name, 1) == content


@pytest.mark.parametrize("content", [*WITH_METADATA.values(), GIF], ids=[*WITH_METADATA, "GIF"])
def test_broken_files_cause_no_error_but_malformed(content: bytes) -> None:
    chance = random.Random(5)
    name = opened(content).format or ""
    started = time.process_time()
    for _ in range(60):
        broken = bytearray(content[: chance.choice((len(content), chance.randrange(len(content))))])
        for _ in range(chance.randrange(1, 20)):
            if broken:
                broken[chance.randrange(min(len(broken), 2000))] = chance.choice((0, 1, 255, chance.randrange(256)))
        with suppress(Malformed):
            without_metadata(bytes(broken), name, 6)
    assert time.process_time() - started < 3


def items(count: int, extents: int) -> bytes:
    """Return a HEIF file with very many item locations without a size."""
    item = b"\0\1\0\0" + extents.to_bytes(2)
    place = b"iloc" + bytes(4) + b"\0\0" + count.to_bytes(2) + item * count
    kinds = b"iinf" + bytes(6)
    parts = [(len(each) + 4).to_bytes(4) + each for each in (place, kinds)]
    meta = b"meta" + bytes(4) + b"".join(parts)
    return b"\0\0\0\x0cftypheic" + (len(meta) + 4).to_bytes(4) + meta


def overlapping(count: int) -> bytes:
    """Return a TIFF whose tags all refer to the same bytes, nearly the whole file."""
    size = 10_000_000
    entry = (700).to_bytes(2) + (1).to_bytes(2) + (size - 9).to_bytes(4) + (8).to_bytes(4)
    table = count.to_bytes(2) + entry * count + bytes(4)
    return (b"MM\0*" + (size - len(table)).to_bytes(4)).ljust(size - len(table), b"x") + table


WORST: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 2_500_000,
    "JPEG filled up": lambda: b"\xff\xd8" + b"\xff" * 10_000_000,
    "JPEG of one scan": lambda: b"\xff\xd8\xff\xda\0\2" + b"\xff" * 10_000_000 + b"\0",
    "PNG": lambda: b"\x89PNG\r\n\x1a\n" + (bytes(4) + b"tEXt" + bytes(4)) * 800_000,
    "WEBP": lambda: b"RIFF\xff\xff\xff\xffWEBP" + b"EXIF\0\0\0\0" * 1_200_000,
    "HEIF": lambda: items(60_000, 65_535),
    "HEIF of boxes": lambda: b"\0\0\0\x0cftypheic" + b"\0\0\0\x08free" * 1_200_000,
    "GIF": lambda: b"GIF89a" + bytes(7) + b"!\xfe" + b"\1x" * 5_000_000 + b"\0;",
    "GIF of extensions": lambda: b"GIF89a" + bytes(7) + b"!\xfe\0" * 3_300_000,
    "GIF of nothing": lambda: b"GIF89a" + bytes(10_000_000),
    "TIFF": lambda: overlapping(60_000),
    "TIFF of directories": lambda: b"MM\0*\0\0\0\x08\0\1\x01\x4a\0\x04\0\x26\x25\xa0\0\0\0\x20" + bytes(10_000_000),
}


@pytest.mark.parametrize(
    "name", ["HEIF", *(pytest.param(each, marks=pytest.mark.proof) for each in WORST if each != "HEIF")]
)
def test_the_worst_files_take_little_time(name: str) -> None:
    content = WORST[name]()
    started = time.process_time()
    with suppress(Malformed):
        without_metadata(content, name.split(maxsplit=1)[0], 1)
    assert time.process_time() - started < 2
