from tracker.web.calendars.views import blueprint

__all__ = ["blueprint"]
