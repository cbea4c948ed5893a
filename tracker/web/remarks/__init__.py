from tracker.web.remarks.views import blueprint

__all__ = ["blueprint"]
