"""Tutors' announcements to everybody: new groups, courses, free places."""
