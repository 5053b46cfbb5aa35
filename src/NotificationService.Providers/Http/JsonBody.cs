namespace NotificationService.Providers.Http;

/// <summary>JSON in a buffer that is used again.</summary>
internal sealed class JsonBody(PooledJson json) : ReadyBody("application/json")
{
    protected override ReadOnlyMemory<byte> Bytes => json.Written;

    public override void Release() => json.Return();
}
