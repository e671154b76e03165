"""What tutors announce to everybody: groups that begin, courses, free places."""
