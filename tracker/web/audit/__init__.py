from tracker.web.audit.views import blueprint

__all__ = ["blueprint"]
