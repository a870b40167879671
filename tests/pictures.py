"""The documents' pictures: their names with their widths in pixels, and how large a file may be."""

PICTURES = {
    "phones-narrow-start": 360,
    "phones-narrow-home": 360,
    "phones-narrow-unwell": 360,
    "phones-wide": 1280,
    "today-wide": 1280,
    "today-narrow": 360,
}
LARGEST_BYTES = 80_000
