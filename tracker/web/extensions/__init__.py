from tracker.web.extensions.views import blueprint

__all__ = ["blueprint"]
