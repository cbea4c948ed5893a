"""Values out as files: calendars and spreadsheets; pure functions of their arguments."""
