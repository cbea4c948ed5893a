from tracker.web.papers.views import blueprint

__all__ = ["blueprint"]
