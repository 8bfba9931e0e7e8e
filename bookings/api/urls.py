from django.urls import path
from rest_framework.routers import SimpleRouter

from bookings.api.bookings import BookingViewSet
from bookings.api.catalogue import AddressViewSet, DisputeReasonViewSet, SportViewSet
from bookings.api.events import EventViewSet
from bookings.api.histories import HistoryViewSet
from bookings.api.series import EventSeriesViewSet
from bookings.api.user_data import UserDataViewSet
from bookings.api.viewsets import CoachViewSet
from bookings.api.waiting import LineViewSet, WaitingViewSet

# A router puts literals (bookings/me) before bookings/<id>, which two kinds of bookings share.
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("coaches", CoachViewSet, basename="coach")
router.register("bookings", BookingViewSet, basename="booking")
router.register("events/series", EventSeriesViewSet, basename="event-series")
router.register("events", EventViewSet, basename="event")
router.register("events/<uuid:id>/waiting", LineViewSet, basename="line")
router.register("waiting", WaitingViewSet, basename="waiting")
router.register("histories", HistoryViewSet, basename="history")
router.register("sports", SportViewSet, basename="sport")
router.register("addresses", AddressViewSet, basename="address")
router.register("dispute-reasons", DisputeReasonViewSet, basename="dispute-reason")

urlpatterns = [
    path("bookings/user-data", UserDataViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    *router.urls,
]
