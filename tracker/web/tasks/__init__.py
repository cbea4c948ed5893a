from tracker.web.tasks.views import blueprint

__all__ = ["blueprint"]
