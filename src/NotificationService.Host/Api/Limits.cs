using System.Globalization;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Erasure;
using NotificationService.EventRules;
using NotificationService.Host.Api.Auth;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Api.BulkJobs;
using NotificationService.Host.Api.Inbox;
using NotificationService.Host.Api.Preferences;
using NotificationService.Host.Api.Realtime;
using NotificationService.Host.Api.Receipts;
using NotificationService.Host.Api.Recipients;
using NotificationService.Host.Api.Topics;
using NotificationService.Host.Api.Users;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Pages;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.RateLimits;
using NotificationService.Recipients;
using NotificationService.Realtime;
using NotificationService.Realtime.Presence;
using NotificationService.Recipients.Preferences;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Templates.Language;
using NotificationService.Tenants;
using NotificationService.Topics;
using NotificationService.Users;
using NotificationService.Users.Imports;
using NotificationService.Webhooks;

namespace NotificationService.Host.Api;

/// <summary>Every limit that a caller can reach, from the constants and defaults that hold it. The OpenAPI document and docs/limits.md say the same.</summary>
public static class Limits
{
    /// <summary>As clear_bulk_rows has it (Functions/clear_bulk_rows.sql).</summary>
    private const int RowsKeptDays = 30;

    /// <summary>As purge_receipts has it (Functions/purge_receipts.sql).</summary>
    private const int ReceiptsKeptDays = 30;

    private const string TooManyStreams = "429 `too_many_streams`";

    private const string Stopped = $"422 `{TemplateCodes.RenderLimit}`; found when it is sent, the delivery fails (`template_error`)";

    private static readonly BulkOptions Bulk = new();
    private static readonly BatchOptions Batches = new();
    private static readonly RateLimitOptions Rates = new();
    private static readonly RealtimeOptions Streams = new();

    public static IReadOnlyList<Limit> All { get; } =
    [
        .. Requests(), .. SigningIn(), .. Notifications(), .. ManyAtOnce(), .. Templates(), .. Tenants(), .. Kept(),
    ];

    /// <summary>All of them as a table in Markdown.</summary>
    public static string Table { get; } = string.Join('\n', ["| limit | value | beyond it | setting |", "| --- | --- | --- | --- |", .. All.Select(limit => limit.Row)]);

    private static IEnumerable<Limit> Requests() =>
    [
        new("requests that send or change, items of batches each for itself, in any 60 seconds, of one tenant", Number(Rates.SendPerMinute), "429 `rate_limited`", "Notification__RateLimits__SendPerMinute"),
        new("requests that read, in any 60 seconds, of one tenant", Number(Rates.ReadPerMinute), "429 `rate_limited`", "Notification__RateLimits__ReadPerMinute"),
        new("requests to the user API, in any 60 seconds, of one person", Number(Rates.UserPerMinute), "429 `rate_limited`", "Notification__RateLimits__UserPerMinute"),
        new("streams at one process, of one person", Number(Streams.StreamsPerUser), TooManyStreams, "Notification__Realtime__StreamsPerUser"),
        new("streams at one process, of one tenant", Number(Streams.StreamsPerTenant), TooManyStreams, "Notification__Realtime__StreamsPerTenant"),
        new("streams at one process", Number(Streams.Streams), TooManyStreams, "Notification__Realtime__Streams"),
        new("events that wait for one stream", $"{Number(StreamQueue.MaxEvents)}, or {Kib(StreamQueue.MaxBytes)}", "the stream ends; the client comes back with its id"),
        new("`data` of an event that a backend publishes", Kib(ServiceEventRequest.MaxDataBytes), "422 `too_large`"),
        new("people whom an event with `notify` names", Number(EventNotify.MaxPeople), "422 `too_many`"),
        new("`data` of an event with `notify`, times the people", Kib(EventNotify.MaxStored), "422 `too_large`"),
        new("events that somebody types, of one person in one room, passed on by one process", "1 a second", "taken, and passed on to nobody"),
        new("people who type, and wait to be passed on by one process", $"{Number(TypingSignals.MaxWaiting)}, of which {Number(StreamQueue.MaxTyping)} wait for one stream", "passed on to nobody"),
        new("people of one question for presence", $"{Number(PresenceApi.MaxUsers)} `users`, or the first {Number(PresenceStore.MaxListed)} of a room", "422 `too_many`; of a room the rest is counted"),
        new("connections of a room that are counted, of each process", Number(PresenceStore.MaxScanned), "nobody beyond them is counted"),
        new("rooms of one person in which presence sees it", Number(PresenceBook.MaxRooms), "it is not seen in the others"),
        new("people of one tenant who come or go, at one process, a second", Number(PresenceWriter.MaxPeople), "they show a second later"),
        new("ids, or operations of `sync`, in one call to the inbox", Number(InboxIdsRequest.MaxIds), "422 `too_many`"),
        new("requests to the admin API, in any 60 seconds, of one tenant", Number(Rates.AdminPerMinute), "429 `rate_limited`", "Notification__RateLimits__AdminPerMinute"),
        new("requests to sign in, in any 60 seconds, from one network address", Number(Rates.AuthPerMinute), "429 `rate_limited`", "Notification__RateLimits__AuthPerMinute"),
        new("connections at one address of a process", $"as many as a quarter of its memory has room for at {Kib(ConnectionOptions.BytesEach)} each, 500 to 20,000", "closed without an answer", "Notification__Http__MaxConnections"),
        new("request headers", $"{Number(RequestGuard.MaxHeaders)} headers, {Kib(RequestGuard.LargestHeaders)}", "431 `headers_too_large`"),
        new("path and query", $"{Number(RequestGuard.LongestTarget)} characters", "414 `uri_too_long`"),
        new("body of a call, where nothing else stands here", Kib(BodyPolicy.Json.MaxBytes), "413 `payload_too_large`"),
        new("body of `/api/v1/auth/*` and `/oauth/*`", Kib(BodyPolicy.SignIn.MaxBytes), "413 `payload_too_large`, or `invalid_request`"),
        new("body of `POST /api/v1/services/events`", Kib(BodyPolicy.Event.MaxBytes), "413 `payload_too_large`"),
        new("body of a provider's callback", Kib(BodyPolicy.Callback.MaxBytes), "413 `payload_too_large`"),
        new("time for a body to arrive, where nothing else stands here", Seconds(BodyPolicy.Json.Longest), "408 `upload_too_slow`"),
        new("time for the body of `/api/v1/auth/*` and `/oauth/*` to arrive", Seconds(BodyPolicy.SignIn.Longest), "408 `upload_too_slow`"),
        new("time for the body of `POST /api/v1/services/events` to arrive", Seconds(BodyPolicy.Event.Longest), "408 `upload_too_slow`"),
        new("time for a callback's body to arrive", Seconds(BodyPolicy.Callback.Longest), "408 `upload_too_slow`"),
        new("pause in a body that arrives, a CSV upload's apart", Seconds(BodyPolicy.Grace), "408 `upload_too_slow`"),
        new("bytes of bodies in flight at one process", "a quarter of its memory, 96 to 256 MiB", $"429 `{HeldBytes.OwnerCode}` where the caller's tenant or network address holds half of them, else 503", "Notification__Http__MaxBodyBytes"),
        new("callbacks under way at one process, from one network address", Number(ReceiptHandler.MaxOfAddress), $"429 `{ReceiptHandler.TooManyCode}`"),
        new("pages to unsubscribe under way at one process, from one network address", Number(UnsubscribeHandler.MaxOfAddress), $"429 `{UnsubscribeHandler.TooManyCode}`"),
        new("callbacks worked on at once by one process, of one provider", Number(ReceiptHandler.MaxOfProvider), $"429 `{ReceiptHandler.TooManyCode}` after 5 s"),
        new("depth of JSON", $"{Number(StrictJson.MaxDepth)}, of `data` and `metadata` {Number(RawJson.MaxDepth)}", "400 `json_too_deep`"),
        new("properties of one object in `data`, `metadata` and other JSON of the caller's own", Number(RawJson.MaxProperties), "422 `too_many_properties`"),
        new("errors that one answer names", Number(Problems.MaxErrors), "the answer says that there are more"),
        new("items of a page", Number(QueryReader.MaxLimit), "422 `number_range`"),
        new("items that numbered pages reach, where there is a cursor", Number(PageRequest.Reach), "422 `page_range`; the cursor goes on"),
        new("rows that a page looks at for a filter that no index answers", Number(PageRequest.ScanLimit), "a page that is short and has a `nextCursor`"),
        new("`Idempotency-Key`", $"{Number(IdempotencyKeyHeader.Longest)} characters, 24 hours", "400 `idempotency_key_invalid`"),
    ];

    private static IEnumerable<Limit> SigningIn() =>
    [
        new("failed sign-ins a minute, from one network address, at one process", Number(Rates.FailedSignInsPerMinute), $"429 `{SignInLimits.TooManyCode}`", "Notification__RateLimits__FailedSignInsPerMinute"),
        new("failed sign-ins in a row, of one account from one network address, at one process", $"{Number(SignInLimits.MaxFailuresOfPair)}, one more every {SignInLimits.RecoversEvery.TotalSeconds:0} s", $"429 `{SignInLimits.TooManyCode}`"),
        new("failed sign-ins in a row, of one account from everywhere, at one process", $"{Number(SignInLimits.MaxFailuresOfAccount)}, one more a second", $"429 `{SignInLimits.TooManyCode}`"),
        new("sign-ins that wait at one process", $"{HashingLimiter.MaxWaitingOfAccount} of one account from one network address, {HashingLimiter.MaxWaitingOfNetwork} of one network address", $"429 `{HashingLimiter.BusyCode}`"),
        new("a password", $"{Number(SignUpRules.LongestPassword)} characters", "422 `password_too_long`"),
    ];

    private static IEnumerable<Limit> Notifications() =>
    [
        new("`reference`", $"{Number(RequestCheck.LongestReference)} characters", "422 `text_invalid`"),
        new("`category`", $"{Number(RequestCheck.LongestCategory)} characters", "422 `text_invalid`"),
        new("`data`", Kib(RequestCheck.LargestData), "422 `too_large`"),
        new("`metadata`", Kib(RequestCheck.LargestMetadata), "422 `too_large`"),
        new("`sendAt`, `expiresAt`", $"{RequestCheck.Furthest.TotalDays:0} days ahead", "422 `datetime_range`"),
        new("`fallbackAfter`", $"{FallbackRule.Longest.TotalHours:0} hours", "422 `number_range`"),
        new("an e-mail address", $"{Number(AddressRules.LongestEmail)} bytes", "422 `email_invalid`"),
        new("`userId`", $"{Number(AddressRules.LongestUserId)} characters", "422 `user_id_invalid`"),
        new("device tokens of a recipient", Number(AddressRules.MaxDeviceTokens), "422 `too_many`"),
        new("tags of a recipient", $"{Number(DirectoryEntry.MaxTags)} of {DirectoryEntry.LongestTag} characters", "422 `too_many`, `tag_invalid`"),
        new("`attributes` of a recipient", Kib(DirectoryEntry.MaxAttributeBytes), "422 `too_large`"),
        new("devices of a recipient", Number(DirectoryStore.MaxDevices), "one more takes the place of the one not seen for longest"),
        new("a topic's key", $"{TopicKey.Longest} characters, {TopicKey.MaxDepth} names with `/` between them", "422 `topic_key_invalid`"),
        new("topics of a mode", Number(Topic.MaxOfMode), "422 `topic_limit`"),
        new("topics that a person is subscribed to", Number(SubscriptionStore.MaxOfPerson), "`rejected` with `too_many_topics`"),
        new("subscriptions of a mode", Number(SubscriptionStore.MaxOfMode), "422 `subscription_limit`"),
        new("`channels` of a notification or of a preview", Number(ChannelKinds.All.Count), "422 `too_many`"),
    ];

    private static IEnumerable<Limit> ManyAtOnce() =>
    [
        new("items of `send-batch` and `send-chunk`", Number(BatchChunk.MaxItems), "422 `too_many`"),
        new("body of `send-batch` and `send-chunk`", Kib(BodyPolicy.MaxBatchBytes), "413 `payload_too_large`"),
        new("time for the body of `send-batch` and `send-chunk` to arrive", Seconds(Batches.LongestUpload), "408 `upload_too_slow`", "Notification__Batches__LongestUpload"),
        new("`send-batch` and `send-chunk` worked on at once by one process", $"{BatchLimiter.MaxAtOnce}, {BatchLimiter.MaxOfTenant} of one tenant", $"429 `{BatchHandler.TooManyCode}` after 5 s where the tenant has its own, else 503"),
        new("time to check the items of one `send-batch` or `send-chunk`", Seconds(CheckBudget.Max), $"the items left are `rejected` with `{CheckBudget.Code}`"),
        new("content, data and metadata of the items of one `send-batch` or `send-chunk`, what stands once for all counted for each", Kib(BatchIntake.MaxStored), $"the items left are `rejected` with `{BatchIntake.MaxStoredCode}`"),
        new("errors that the answer to one `send-batch` or `send-chunk` names", Number(BatchIntake.MaxErrors), "each bad item after them has one"),
        new("people of one `POST /services/recipients/bulk`", $"{Number(DirectoryEntry.MaxTogether)}, in {Kib(BodyPolicy.MaxBatchBytes)}; it counts as a `send-batch` that is worked on", "422 `too_many`, 413 `payload_too_large`"),
        new("people of one `POST` or `DELETE /services/topics/{key}/subscribers`", $"{Number(SubscriptionStore.MaxTogether)}, in {Kib(Subscribers.MaxBodyBytes)}; it counts as a `send-batch` that is worked on", "422 `too_many`, 413 `payload_too_large`"),
        new("topics of one send", Number(TopicSendIntake.MaxTopics), "422 `too_many`"),
        new("content, data and metadata of a send to topics, which are stored with each notification", Kib(TopicSendIntake.MaxBytes), "422 `too_large`"),
        new("sends to topics that go on at once, of one tenant", Number(TopicSendIntake.MaxRunning), "429 `too_many_topic_sends`"),
        new("cancellings by filter that go on at once, of one tenant", Number(FilteredCancels.MaxOpen), "429 `too_many_cancels`"),
        new("erasures of people that go on at once, of one tenant", Number(RecipientErasures.MaxOpen), "429 `too_many_erasures`"),
        new("errors that the answer to one `POST /services/recipients/bulk` names", $"{Number(BulkRecipients.MaxErrors)}, {BulkRecipients.MaxErrorsOfOne} of one person", "each bad person after them has one"),
        new("parts of a CSV upload's form", Number(BulkUploadHandler.MaxParts), "400 `multipart_invalid`"),
        new("a field of a CSV upload's form", Kib(BulkUploadHandler.LongestField), "422 `too_large`"),
        new("`channel` and each `channels` of a CSV upload's form", $"{Number(BulkForm.LongestChannels)} characters", "422 `text_invalid`"),
        new("entries of a CSV upload's `mapping`", $"{Number(Bulk.MostColumns)}, as many as columns", "422 `too_many_properties`", "Notification__Bulk__MostColumns"),
        new("CSV uploads on their way at one process, of one tenant", Number(UploadStaging.MaxOfTenant), $"429 `{BulkUploadHandler.TooManyCode}`"),
        new("a CSV file, unpacked", Kib(Bulk.MostBytes), "413 `csv_too_large`", "Notification__Bulk__MostBytes"),
        new("rows of a CSV file", Number(Bulk.MostRows), "422 `csv_too_many_rows`", "Notification__Bulk__MostRows"),
        new("columns of a CSV file", Number(Bulk.MostColumns), "422 `csv_too_many_columns`", "Notification__Bulk__MostColumns"),
        new("a field of a CSV file", $"{Number(Bulk.LongestField)} characters", "422 `csv_field_too_long`", "Notification__Bulk__LongestField"),
        new("what a packed upload unpacks to", $"{Number(Bulk.HighestRatio)} times its size", "422 `compression_ratio`", "Notification__Bulk__HighestRatio"),
        new("rate of a CSV upload, at least", $"{Kib(Bulk.LeastBytesPerSecond)} a second", "408 `upload_too_slow`", "Notification__Bulk__LeastBytesPerSecond"),
        new("pause in a CSV upload", Seconds(SteadyBody.Grace), "408 `upload_too_slow`"),
        new("a CSV upload while there is no memory for another one", $"the slowest ends that was waited for {Seconds(UploadAdmission.Grace)} and brought less than {Kib(UploadAdmission.FastBytesPerSecond)} a second", $"408 `{UploadAdmission.DisplacedCode}`; where none is so slow the other one is a 503, after {Seconds(UploadAdmission.Patience)}"),
        new("a CSV upload", $"{Bulk.LongestUpload.TotalMinutes:0} minutes", "408 `upload_too_slow`", "Notification__Bulk__LongestUpload"),
        new("deliveries that one `retry-failed` tries again", Number(BulkJobStore.MaxRetried), "those beyond wait for the next call"),
        new("dead letters that one `requeue` takes", Number(DeadLetters.MaxAtOnce), "those beyond wait for the next call"),
    ];

    private static IEnumerable<Limit> Templates() =>
    [
        new("a part of a template", $"{Number(TemplateLimits.SourceCharacters)} characters, {Number(TemplateLimits.Tags)} tags with {Number(TemplateLimits.Values)} values", $"422 `{TemplateCodes.TooComplex}`"),
        new("a version of a template, all parts together", $"{Number(TemplateLimits.VersionCharacters)} characters, {Number(TemplateLimits.VersionTags)} tags with {Number(TemplateLimits.VersionValues)} values", $"422 `{TemplateCodes.TooComplex}`"),
        new("locales of a template, of one channel", Number(TemplateLimits.LocalesPerChannel), $"422 `{TemplateCodes.TooComplex}`"),
        new("nesting of blocks in a template", Number(TemplateLimits.BlockDepth), $"422 `{TemplateCodes.TooComplex}`"),
        new("items of one `each`", Number(TemplateLimits.ItemsPerEach), Stopped),
        new("items that one render goes over, in all", Number(TemplateLimits.Iterations), Stopped),
        new("time of one render", $"{TemplateLimits.RenderTime.TotalMilliseconds:0} ms", Stopped),
        new("text that one function of a template makes", $"{Number(TemplateLimits.TextCharacters)} characters, {Number(TemplateLimits.MadeCharacters)} by all of one render", Stopped),
        new("what a part of a template renders to", $"{Kib(TemplateLimits.OutputBytes)}, {Number(TemplateLimits.OutputCharacters)} characters by all parts of one channel", Stopped),
    ];

    private static IEnumerable<Limit> Tenants() =>
    [
        new("webhook endpoints of a tenant", Number(WebhookEndpointEditor.Max), "409 `limit_reached`"),
        new("headers of a webhook endpoint", $"{HeaderRules.Max}, {Number(HeaderRules.MaxInAll)} characters together", "422 `header_invalid`"),
        new("how far a replay of webhooks goes back", $"{WebhookCommands.LongestReplay.TotalDays:0} days", "422 `datetime_range`"),
        new("categories of a tenant, those that a send made included", Number(CategoryStore.MaxOfTenant), "422 `category_limit`"),
        new("preferences of a person", $"{Number(PreferencesRules.MaxCategories)} categories, {Number(PreferencesRules.MaxTopics)} topics, {Number(PreferencesRules.MaxOptOuts)} opt-outs, {PreferencesRules.MaxWindows} windows of quiet hours, {Kib(PreferenceStore.MaxBytes)} in all", "422 `too_many_properties`, `too_many`, `too_large`"),
        new("`expiresAfter` of a category", $"{Category.LongestExpiry.TotalDays:0} days", "422 `number_range`"),
        new("`throttle` of a category", $"{Number(Throttle.Highest)} within {Throttle.Longest.TotalDays:0} days", "422 `number_range`"),
        new("`names` of a category", $"{Number(Category.MaxNames)} of {Category.LongestName} characters", "422 `too_many_properties`, `text_invalid`"),
        new("event rules of a tenant", $"{EventRuleStore.MaxOfTenant}, {EventRuleStore.MaxOfType} of one event type", "409 `too_many`"),
        new("variables of an event rule", Number(EventRuleInput.MaxVariables), "422 `too_many_properties`"),
        new("users of a tenant", Number(new UserOptions().MaxOfTenant), "409 `too_many`", "Notification__Users__MaxOfTenant"),
        new("invitations of a tenant on a day, those that are sent again included", Number(new UserOptions().InvitationsPerDay), "429 `too_many_invitations`", "Notification__Users__InvitationsPerDay"),
        new("sessions of a user", Number(Sessions.MaxOfUser), "one more sign-in ends the oldest"),
        new("a CSV file of people", $"{Number(UserCsv.MaxRows)} rows, {Kib(UserCsv.MaxBytes)}", "422 `csv_too_many_rows`, 413 `payload_too_large`"),
        new("CSV files of people of a tenant that are not done", Number(UserImportStore.MaxOpen), "429 `too_many_uploads`"),
        new("users of one `POST /admin/users/bulk`", Number(UsersBulkApi.MaxUsers), "422 `too_many`"),
        new("a token for a person without a log-in", $"{RecipientTokenRequest.LongestTtl / 60} minutes, {RecipientTokenRequest.MaxRooms} rooms, {Number(RecipientTokenRequest.MaxCharacters)} characters of groups and rooms together", "422 `number_range`, `too_many`, `too_large`"),
        new("groups of a user", $"{Number(UserRules.MaxGroups)} of {UserRules.LongestGroup} characters", "422 `too_many`, `group_invalid`"),
        new("service accounts of a tenant", Number(ServiceAccounts.MaxOfTenant), "409 `too_many`"),
        new("hours that a replaced secret of a service account is good", Number(RotateServiceAccountRequest.MaxHours), "422 `number_range`"),
        new("networks of a service account's `ipAllowList`", Number(ServiceAccountsApi.MaxNetworks), "422 `network_invalid`"),
    ];

    private static IEnumerable<Limit> Kept() =>
    [
        new("an access token of a person", $"{AccessTokenLifetimes.User.TotalMinutes:0} minutes", "401 `unauthorized`"),
        new("an access token of a service account", $"{AccessTokenLifetimes.ServiceAccount.TotalMinutes:0} minutes", "401 `unauthorized`"),
        new("a refresh token", $"{AccessTokenLifetimes.Refresh.TotalDays:0} days", "401 `unauthorized`"),
        new("finished notifications are kept", $"{new DeliveryOptions().Retention.TotalDays:0} days", "404 `not_found`", "Notification__Delivery__Retention"),
        new("batches and bulk jobs are kept, after the last thing that happened to them", $"{new DeliveryOptions().Retention.TotalDays:0} days", "404 `not_found`", "Notification__Delivery__Retention"),
        new("rows of uploaded files are kept, after the job has ended", $"{RowsKeptDays} days", "gone from `items`, `errors.csv` and `results.csv`"),
        new("receipts of providers are kept", $"{ReceiptsKeptDays} days", "gone from the list and from `explain`"),
        new("messages that the sandbox was given are kept", $"{new RetentionOptions().SandboxMessages.TotalDays:0} days", "gone from the list", "Notification__Retention__SandboxMessages"),
        new("the audit log is kept", $"{new RetentionOptions().AuditLog.TotalDays:0} days", "gone from the list", "Notification__Retention__AuditLog"),
        new("webhook messages are kept", $"{new WebhookOptions().Retention.TotalDays:0} days", "404 `not_found`", "Notification__Webhooks__Retention"),
    ];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");

    private static string Kib(long bytes) => bytes >= 1 << 20 && bytes % (1 << 20) == 0 ? $"{Number(bytes >> 20)} MiB" : $"{Number(bytes >> 10)} KiB";
}
