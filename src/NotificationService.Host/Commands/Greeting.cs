namespace NotificationService.Host.Commands;

/// <summary>What a newcomer reads after the start: what to try next, ready to be copied.</summary>
public static class Greeting
{
    public static string Text(string address, string database, bool withDemo)
    {
        var tryIt = withDemo
            ? $$$"""

                Try it:
                  TOKEN=$(curl -s {{{address}}}/oauth/token -d grant_type=client_credentials \
                    -d client_id=demo-service -d client_secret=demo-service-secret | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
                  curl -s {{{address}}}/api/v1/services/notifications/send -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
                    -d '{"template":"welcome","channel":"email","recipient":{"email":"ann@example.com","name":"Ann"},"data":{"name":"Ann"}}'

                or see one arrive: {{{address}}}/demo/inbox

              """
            : "\n";
        return $"""

            NotificationService is ready at {address}
              database  {database}
            {tryIt}
              Swagger   {address}/swagger
              health    {address}/health
              metrics   {address}/metrics

            Ctrl+C stops it.
            """;
    }
}
