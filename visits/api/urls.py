from django.urls import path

from visits.api.viewsets import ProviderViewSet

urlpatterns = [path("providers", ProviderViewSet.as_view({"post": "create"}), name="providers")]
