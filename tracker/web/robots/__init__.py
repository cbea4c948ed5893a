from tracker.web.robots.views import blueprint

__all__ = ["blueprint"]
