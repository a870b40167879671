"""Appointments: a clinic's day or week, who missed a day, marking in one click or many at once, and days agreed with mothers."""

from service.dashboard.appointments.agreeing import agreeing_pages
from service.dashboard.appointments.diary import diary_pages
from service.dashboard.appointments.files import file_pages
from service.dashboard.appointments.missed import missed_pages
from service.dashboard.appointments.one import visit_pages
from service.dashboard.frame.room import Room


def appointment_pages(room: Room) -> None:
    """`/appointments`, `/appointments/missed`, `/visits/ID` and `/mothers/ID/appointment`."""
    diary_pages(room)
    missed_pages(room)
    visit_pages(room)
    agreeing_pages(room)
    file_pages(room)
