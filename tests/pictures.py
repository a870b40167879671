"""The documents' pictures: their names with their widths in pixels, and how large a file may be."""

PICTURES = {
    "phones-narrow-start": 360,
    "phones-narrow-home": 360,
    "phones-narrow-unwell": 360,
    "phones-wide": 1280,
    "today-wide": 1280,
    "today-narrow": 360,
    "follow-ups-wide": 1280,
    "follow-up-narrow": 360,
    "mother-wide": 1280,
    "appointments-wide": 1280,
    "inbox-wide": 1280,
    "site-wide": 1280,
    "mentor-wide": 1280,
    "groups-wide": 1280,
    "reports-wide": 1280,
    "message-wide": 1280,
    "import-wide": 1280,
    "system-wide": 1280,
    "people-wide": 1280,
    "audit-wide": 1280,
}
LARGEST_BYTES = 80_000
