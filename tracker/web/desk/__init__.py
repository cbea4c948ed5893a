from tracker.web.desk.views import blueprint

__all__ = ["blueprint"]
