from tracker.web.rules.views import blueprint

__all__ = ["blueprint"]
