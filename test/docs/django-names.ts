/**
 * Names of Django's own documentation, by its topics: what somebody who comes from there looks up in docs/from-django.md. Of
 * what is a world of its own, such as models and the admin, there are the names that one would look for first.
 */
export const DJANGO_NAMES: Readonly<Record<string, string>> = {
  projects: `
    django-admin manage.py settings.py urls.py wsgi.py asgi.py AppConfig ready() get_app_configs() get_app_config()
    is_installed() django.setup() get_version() django.conf.settings global_settings settings.configure()
    DJANGO_SETTINGS_MODULE ImproperlyConfigured AppRegistryNotReady get_model() INSTALLED_APPS default_auto_field`,
  gateways: `
    get_wsgi_application() get_asgi_application() WSGIHandler ASGIHandler WSGIRequest ASGIRequest WSGI_APPLICATION LimitedStream
    wsgi.file_wrapper SCRIPT_NAME FORCE_SCRIPT_NAME get_script_prefix() set_script_prefix() repercent_broken_unicode()
    get_path_info() get_script_name() request_started request_finished got_request_exception close_old_connections
    convert_exception_to_response response_for_exception handler400 handler403 handler404 handler500
    DEBUG_PROPAGATE_EXCEPTIONS SynchronousOnlyOperation sync_to_async async_to_sync runfcgi StatReloader WatchmanReloader
    django.utils.autoreload autoreload_started file_changed`,
  requests: `
    scheme path path_info method encoding content_type content_params GET POST FILES COOKIES META headers body resolver_match
    current_app urlconf exception_reporter_filter session user auser() site get_host() get_port() get_full_path()
    get_full_path_info() build_absolute_uri() get_signed_cookie() is_secure() accepts() accepted_types accepted_type()
    get_preferred_type() MediaType read() readline() readlines() upload_handlers multipart_parser_class UploadedFile chunks()
    multiple_chunks() charset content_type_extra InMemoryUploadedFile TemporaryUploadedFile SimpleUploadedFile
    FileUploadHandler MemoryFileUploadHandler TemporaryFileUploadHandler StopUpload SkipFile StopFutureHandlers
    RawPostDataException UnreadablePostError MultiPartParserError MultiPartParser RequestDataTooBig TooManyFieldsSent
    TooManyFilesSent HttpHeaders is_ajax() set_urlconf`,
  QueryDict: `
    QueryDict get() getlist() setlist() appendlist() setdefault() setlistdefault() lists() keys() items() values() dict() pop()
    popitem() clear() update() urlencode() copy() fromkeys() MultiValueDict MultiValueDictKeyError`,
  responses: `
    HttpResponse content text write() writelines() tell() flush() getvalue() serialize() charset reason_phrase streaming closed
    status_code has_header() setdefault() set_cookie() set_signed_cookie() delete_cookie() cookies make_bytes() readable()
    writable() close() HttpResponseBase HttpResponseRedirect HttpResponsePermanentRedirect HttpResponseNotModified
    HttpResponseBadRequest HttpResponseNotFound HttpResponseForbidden HttpResponseNotAllowed HttpResponseGone
    HttpResponseServerError JsonResponse DjangoJSONEncoder StreamingHttpResponse streaming_content is_async FileResponse
    as_attachment BadHeaderError DisallowedRedirect preserve_request render() redirect() resolve_url() get_object_or_404()
    get_list_or_404() aget_object_or_404() TemplateResponse SimpleTemplateResponse rendered_content
    add_post_render_callback() is_rendered template_name context_data resolve_template() resolve_context()
    ContentNotRenderedError patch_vary_headers() has_vary_header() patch_cache_control() get_max_age()
    patch_response_headers() add_never_cache_headers() get_cache_key() learn_cache_key() get_conditional_response()
    set_response_etag() quote_etag() parse_etags()`,
  URLs: `
    urlpatterns path() re_path() include() app_name namespace register_converter() to_python to_url reverse() reverse_lazy()
    args= query= fragment= NoReverseMatch Resolver404 resolve() is_valid_path() ResolverMatch match.func .kwargs .args
    captured_kwargs extra_kwargs url_name view_name route namespaces app_names tried get_urlconf() set_urlconf() get_resolver()
    clear_url_caches() get_callable() URLPattern URLResolver static() i18n_patterns() LocalePrefixPattern translate_url()`,
  middleware: `
    MIDDLEWARE get_response process_request process_response process_view process_exception process_template_response
    MiddlewareMixin sync_capable async_capable sync_only_middleware async_only_middleware sync_and_async_middleware
    MiddlewareNotUsed SecurityMiddleware ContentSecurityPolicyMiddleware CSP build_policy() csp_override
    csp_report_only_override CommonMiddleware response_redirect_class BrokenLinkEmailsMiddleware GZipMiddleware
    max_random_bytes ConditionalGetMiddleware CsrfViewMiddleware XFrameOptionsMiddleware SessionMiddleware
    AuthenticationMiddleware LoginRequiredMiddleware RemoteUserMiddleware PersistentRemoteUserMiddleware MessageMiddleware
    UpdateCacheMiddleware FetchFromCacheMiddleware CacheMiddleware LocaleMiddleware CurrentSiteMiddleware
    FlatpageFallbackMiddleware RedirectFallbackMiddleware XViewMiddleware decorator_from_middleware()
    decorator_from_middleware_with_args()`,
  views: `
    require_http_methods require_GET require_POST require_safe condition etag last_modified conditional_page gzip_page
    vary_on_headers vary_on_cookie cache_page cache_control never_cache csrf_exempt csrf_protect requires_csrf_token
    ensure_csrf_cookie xframe_options_deny xframe_options_sameorigin xframe_options_exempt sensitive_variables
    sensitive_post_parameters no_append_slash login_required login_not_required permission_required user_passes_test
    staff_member_required non_atomic_requests method_decorator View TemplateView RedirectView as_view() setup() dispatch()
    http_method_not_allowed() options() http_method_names view_is_async ContextMixin TemplateResponseMixin
    render_to_response() response_class template_engine get_context_data() get_template_names() extra_context
    get_redirect_url() pattern_name query_string permanent ListView DetailView ArchiveIndexView YearArchiveView
    MonthArchiveView WeekArchiveView DayArchiveView TodayArchiveView DateDetailView SingleObjectMixin
    SingleObjectTemplateResponseMixin MultipleObjectMixin MultipleObjectTemplateResponseMixin BaseListView BaseDetailView
    FormView CreateView UpdateView DeleteView FormMixin ModelFormMixin ProcessFormView DeletionMixin DateMixin YearMixin
    MonthMixin DayMixin WeekMixin LoginRequiredMixin PermissionRequiredMixin UserPassesTestMixin AccessMixin
    SuccessMessageMixin Http404 PermissionDenied BadRequest SuspiciousOperation page_not_found server_error bad_request
    permission_denied serve technical_404_response technical_500_response default_urlconf csrf_failure set_language
    JavaScriptCatalog JSONCatalog`,
  pagination: `
    Paginator Page AsyncPaginator AsyncPage get_page() page() count num_pages page_range get_elided_page_range() ELLIPSIS
    per_page orphans allow_empty_first_page error_messages object_list number paginator has_next() has_previous()
    has_other_pages() next_page_number() previous_page_number() start_index() end_index() validate_number() InvalidPage
    PageNotAnInteger EmptyPage UnorderedObjectListWarning`,
  templates: `
    TEMPLATES BACKEND DIRS APP_DIRS OPTIONS context_processors libraries builtins string_if_invalid loaders loaders.cached debug
    autoescape file_charset DjangoTemplates Jinja2 from_string() get_template() select_template() render_to_string() Template
    Context RequestContext Engine Origin TemplateDoesNotExist TemplateSyntaxError filesystem app_directories locmem
    template.Library register.filter simple_tag simple_block_tag inclusion_tag takes_context is_safe needs_autoescape
    stringfilter expects_localtime mark_safe() SafeString format_html() format_html_join() conditional_escape() escape()
    csp_nonce FORM_RENDERER TemplatesSetting do_not_call_in_templates alters_data template.Node Parser Token Variable
    forloop.counter forloop.counter0 forloop.revcounter forloop.revcounter0 forloop.first forloop.last forloop.parentloop
    forloop.length block.super partialdef partial block extends include comment verbatim spaceless templatetag csrf_token
    csp_nonce_attr cycle resetcycle ifchanged firstof for empty if elif else filter load lorem now regroup widthratio with url
    static get_static_prefix get_media_prefix cache querystring translate trans blocktranslate blocktrans language
    get_current_language get_current_language_bidi get_available_languages get_language_info get_language_info_list localize
    localtime timezone get_current_timezone`,
  filters: `
    add addslashes capfirst center cut date default default_if_none dictsort dictsortreversed divisibleby escape escapejs
    escapeseq filesizeformat first floatformat force_escape get_digit iriencode join json_script last length linebreaks
    linebreaksbr linenumbers ljust lower make_list phone2numeric pluralize pprint random rjust safe safeseq slice slugify
    stringformat striptags time timesince timeuntil title truncatechars truncatechars_html truncatewords truncatewords_html
    unordered_list upper urlencode urlize urlizetrunc wordcount wordwrap yesno localize unlocalize localtime utc timezone
    language_name language_name_local language_name_translated language_bidi apnumber intcomma intword naturalday naturaltime
    ordinal`,
  'signing and signals': `
    Signer TimestampSigner sign() unsign() sign_object() unsign_object() dumps() loads() get_cookie_signer() BadSignature
    SignatureExpired SECRET_KEY SECRET_KEY_FALLBACKS SIGNING_BACKEND Signal send() asend() send_robust() asend_robust()
    connect() disconnect() has_listeners() dispatch_uid weak receiver setting_changed template_rendered pre_init post_init
    pre_save post_save pre_delete post_delete m2m_changed class_prepared connection_created pre_migrate post_migrate
    user_logged_in user_logged_out user_login_failed task_enqueued task_started task_finished`,
  checks: `
    register Tags run_checks() CheckMessage Debug Info Warning Error Critical SILENCED_SYSTEM_CHECKS security.W001 urls.W001
    files.E001 is_silenced() is_serious() tag_exists()`,
  commands: `
    check compilemessages makemessages createcachetable dbshell flush sqlflush sqlsequencereset diffsettings dumpdata loaddata
    inspectdb makemigrations migrate showmigrations sqlmigrate squashmigrations optimizemigration runserver testserver shell
    startproject startapp test changepassword createsuperuser clearsessions collectstatic findstatic
    remove_stale_contenttypes sendtestemail ogrinspect listurls help version --version --verbosity --settings --pythonpath
    --traceback --no-color --force-color --skip-checks --deploy --tag --list-tags --fail-level --database --ipv6 --nothreading
    --noreload --nostatic --insecure --command --interface --no-startup --no-imports --template --extension --name --exclude
    --testrunner --failfast --pattern --top-level-directory --keepdb --shuffle --reverse --debug-mode --debug-sql --parallel
    --exclude-tag --pdb --buffer --no-faulthandler --timing --durations DJANGO_RUNSERVER_HIDE_WARNING RUN_MAIN
    DJANGO_WATCHMAN_TIMEOUT BaseCommand AppCommand LabelCommand CommandError returncode add_arguments() handle()
    requires_system_checks requires_migrations_checks output_transaction stealth_options suppressed_base_arguments style
    stdout stderr get_check_kwargs() suggest_on_error call_command() execute_from_command_line() no_translations`,
  testing: `
    SimpleTestCase TestCase TransactionTestCase setUpTestData captureOnCommitCallbacks fixtures databases
    serialized_rollback available_apps LiveServerTestCase StaticLiveServerTestCase Client AsyncClient RequestFactory
    AsyncRequestFactory get post put patch delete head options trace generic query_params= headers= follow= secure=
    content_type= login() force_login() logout() session client.cookies raise_request_exception enforce_csrf_checks
    response.context .templates .json() .redirect_chain .resolver_match response.exc_info .wsgi_request assertContains
    assertNotContains assertRedirects assertTemplateUsed assertTemplateNotUsed assertFormError assertFormSetError
    assertFieldOutput assertHTMLEqual assertHTMLNotEqual assertInHTML assertNotInHTML assertXMLEqual assertXMLNotEqual
    assertJSONEqual assertJSONNotEqual assertURLEqual assertQuerySetEqual assertNumQueries assertRaisesMessage
    assertWarnsMessage assertMessages override_settings modify_settings override_system_checks isolate_apps tag
    skipIfDBFeature skipUnlessDBFeature skipUnlessAnyDBFeature CaptureQueriesContext ignore_warnings freeze_time
    register_lookup DiscoverRunner TEST_RUNNER TEST_NON_SERIALIZED_APPS setup_test_environment()
    teardown_test_environment() mail.outbox`,
  'errors and logging': `
    LOGGING LOGGING_CONFIG logging.getLogger() django.request django.server django.template django.security django.dispatch
    django.db.backends django.utils.autoreload StreamHandler FileHandler RotatingFileHandler RequireDebugTrue
    RequireDebugFalse CallbackFilter AdminEmailHandler ADMINS MANAGERS ExceptionReporter SafeExceptionReporterFilter
    DEFAULT_EXCEPTION_REPORTER DEFAULT_EXCEPTION_REPORTER_FILTER IGNORABLE_404_URLS log_response() ServerFormatter DEBUG
    SuspiciousFileOperation DisallowedHost DisallowedModelAdminLookup ObjectDoesNotExist MultipleObjectsReturned
    ValidationError FieldDoesNotExist ViewDoesNotExist`,
  'static files and storages': `
    django.contrib.staticfiles STATIC_URL STATIC_ROOT STATICFILES_DIRS STATICFILES_FINDERS StaticFilesHandler finders.find()
    FileSystemFinder AppDirectoriesFinder DefaultStorageFinder StaticFilesStorage ManifestStaticFilesStorage STORAGES
    MEDIA_URL MEDIA_ROOT FileSystemStorage InMemoryStorage default_storage File ContentFile`,
  helpers: `
    slugify() wrap() urlize() Truncator capfirst() get_valid_filename() strip_tags() json_script() linebreaks()
    dateformat.format() timesince() http_date() parse_http_date() get_random_string() constant_time_compare() salted_hmac()
    pbkdf2() url_has_allowed_host_and_scheme() iri_to_uri() uri_to_iri() filepath_to_uri() escape_uri_path() urlencode()
    urlsafe_base64_encode() urlsafe_base64_decode() int_to_base36() base36_to_int() content_disposition_header()
    parse_header_parameters() cached_property classproperty lazy keep_lazy SimpleLazyObject import_string()
    autodiscover_modules() dateparse timezone formats feedgenerator encoding force_str() smart_str() force_bytes()
    RemovedInDjango70Warning`,
  settings: `
    ALLOWED_HOSTS APPEND_SLASH ADMINS AUTHENTICATION_BACKENDS AUTH_PASSWORD_VALIDATORS AUTH_USER_MODEL CACHES
    CACHE_MIDDLEWARE_ALIAS CACHE_MIDDLEWARE_KEY_PREFIX CACHE_MIDDLEWARE_SECONDS CSRF_COOKIE_AGE CSRF_COOKIE_DOMAIN
    CSRF_COOKIE_HTTPONLY CSRF_COOKIE_NAME CSRF_COOKIE_PATH CSRF_COOKIE_SAMESITE CSRF_COOKIE_SECURE CSRF_FAILURE_VIEW
    CSRF_HEADER_NAME CSRF_TRUSTED_ORIGINS CSRF_USE_SESSIONS DATABASES DATABASE_ROUTERS ABSOLUTE_URL_OVERRIDES
    DATA_UPLOAD_MAX_MEMORY_SIZE DATA_UPLOAD_MAX_NUMBER_FIELDS DATA_UPLOAD_MAX_NUMBER_FILES DATETIME_FORMAT
    DATETIME_INPUT_FORMATS DATE_FORMAT DATE_INPUT_FORMATS DEBUG DECIMAL_SEPARATOR DEFAULT_AUTO_FIELD DEFAULT_CHARSET
    DEFAULT_FROM_EMAIL DEFAULT_INDEX_TABLESPACE DEFAULT_TABLESPACE DISALLOWED_USER_AGENTS EMAIL_BACKEND EMAIL_HOST
    EMAIL_HOST_PASSWORD EMAIL_HOST_USER EMAIL_PORT EMAIL_SSL_CERTFILE EMAIL_SSL_KEYFILE EMAIL_SUBJECT_PREFIX EMAIL_TIMEOUT
    EMAIL_USE_LOCALTIME EMAIL_USE_SSL EMAIL_USE_TLS FILE_UPLOAD_DIRECTORY_PERMISSIONS FILE_UPLOAD_HANDLERS
    FILE_UPLOAD_MAX_MEMORY_SIZE FILE_UPLOAD_PERMISSIONS FILE_UPLOAD_TEMP_DIR FIRST_DAY_OF_WEEK FIXTURE_DIRS
    FORCE_SCRIPT_NAME FORMAT_MODULE_PATH FORM_RENDERER FORMS_URLFIELD_ASSUME_HTTPS IGNORABLE_404_URLS INSTALLED_APPS
    INTERNAL_IPS LANGUAGES LANGUAGES_BIDI LANGUAGE_CODE LANGUAGE_COOKIE_NAME LANGUAGE_COOKIE_AGE LANGUAGE_COOKIE_DOMAIN
    LANGUAGE_COOKIE_HTTPONLY LANGUAGE_COOKIE_PATH LANGUAGE_COOKIE_SAMESITE LANGUAGE_COOKIE_SECURE LOCALE_PATHS LOGGING
    LOGGING_CONFIG LOGIN_REDIRECT_URL LOGIN_URL LOGOUT_REDIRECT_URL MAILERS MANAGERS MEDIA_ROOT MEDIA_URL MESSAGE_LEVEL
    MESSAGE_STORAGE MESSAGE_TAGS MIDDLEWARE MIGRATION_MODULES MONTH_DAY_FORMAT NUMBER_GROUPING PASSWORD_HASHERS
    PASSWORD_RESET_TIMEOUT PREPEND_WWW ROOT_URLCONF SECRET_KEY SECRET_KEY_FALLBACKS SECURE_CONTENT_TYPE_NOSNIFF
    SECURE_CROSS_ORIGIN_OPENER_POLICY SECURE_CSP SECURE_CSP_REPORT_ONLY SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_HSTS_PRELOAD
    SECURE_HSTS_SECONDS SECURE_PROXY_SSL_HEADER SECURE_REDIRECT_EXEMPT SECURE_REFERRER_POLICY SECURE_SSL_HOST
    SECURE_SSL_REDIRECT SERIALIZATION_MODULES SERVER_EMAIL SESSION_CACHE_ALIAS SESSION_COOKIE_AGE SESSION_COOKIE_DOMAIN
    SESSION_COOKIE_HTTPONLY SESSION_COOKIE_NAME SESSION_COOKIE_PATH SESSION_COOKIE_SAMESITE SESSION_COOKIE_SECURE
    SESSION_ENGINE SESSION_EXPIRE_AT_BROWSER_CLOSE SESSION_FILE_PATH SESSION_SAVE_EVERY_REQUEST SESSION_SERIALIZER
    SHORT_DATETIME_FORMAT SHORT_DATE_FORMAT SIGNING_BACKEND SILENCED_SYSTEM_CHECKS SITE_ID STATICFILES_DIRS
    STATICFILES_FINDERS STATIC_ROOT STATIC_URL STORAGES TASKS TEMPLATES TEST_NON_SERIALIZED_APPS TEST_RUNNER
    THOUSAND_SEPARATOR TIME_FORMAT TIME_INPUT_FORMATS TIME_ZONE URLIZE_ASSUME_HTTPS USE_I18N
    USE_THOUSAND_SEPARATOR USE_TZ USE_X_FORWARDED_HOST USE_X_FORWARDED_PORT WSGI_APPLICATION X_FRAME_OPTIONS
    YEAR_MONTH_FORMAT`,
  'not there yet': `
    Model Manager QuerySet Q F Prefetch transaction.atomic() on_commit() Form ModelForm formset_factory() ModelAdmin AdminSite
    authenticate() get_user_model() AnonymousUser make_password() check_password() add_message() get_messages()
    cache.get() make_template_fragment_key() send_mail() EmailMessage gettext() gettext_lazy() ngettext() activate()
    get_language() timezone.now() make_aware() serializers Task TaskResult enqueue() Sitemap GenericSitemap Feed ContentType
    get_current_site() flatpage validate_email() URLValidator RegexValidator`,
}
