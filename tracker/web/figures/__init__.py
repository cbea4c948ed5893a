from tracker.web.figures.views import blueprint

__all__ = ["blueprint"]
