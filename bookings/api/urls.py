from django.urls import path

from bookings.api.viewsets import CoachBookingViewSet, CoachViewSet, MyCoachBookingsViewSet

# Literals before `bookings/<id>`: both kinds of bookings share that path (docs/architecture.md).
urlpatterns = [
    path("coaches/<str:coach_id>/bookings", CoachViewSet.as_view({"post": "book"}), name="coach-bookings"),
    path("coaches/<str:coach_id>/slots", CoachViewSet.as_view({"get": "slots"}), name="coach-slots"),
    path(
        "coaches/<str:coach_id>/office-hours",
        CoachViewSet.as_view({"get": "office_hours", "post": "publish"}),
        name="coach-office-hours",
    ),
    path("bookings/me", MyCoachBookingsViewSet.as_view({"get": "list"}), name="my-bookings"),
    path("bookings/<str:id>", CoachBookingViewSet.as_view({"delete": "destroy"}), name="booking"),
]
