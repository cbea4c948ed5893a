from tracker.web.series.views import blueprint

__all__ = ["blueprint"]
