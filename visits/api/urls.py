from rest_framework.routers import SimpleRouter

from visits.api.viewsets import ProviderViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("providers", ProviderViewSet, basename="provider")

urlpatterns = router.urls
