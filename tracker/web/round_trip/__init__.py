from tracker.web.round_trip.views import blueprint

__all__ = ["blueprint"]
