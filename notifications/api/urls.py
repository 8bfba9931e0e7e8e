from django.urls import path

from notifications.api.viewsets import NotifyViewSet

urlpatterns = [path("bookings/notify", NotifyViewSet.as_view({"post": "create"}), name="booking-notify")]
