from tracker.web.jobs.views import blueprint

__all__ = ["blueprint"]
