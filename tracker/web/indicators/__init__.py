from tracker.web.indicators.views import blueprint

__all__ = ["blueprint"]
