using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using NotificationService.Kafka;
using Xunit;

namespace NotificationService.Testing.Kafka;

/// <summary>
/// Kafka brokers in this process: librdkafka's own mock cluster, which speaks the protocol over TCP, keeps what it is given, has consumer groups, and
/// can be taken down and brought up again with everything that was in it.
/// </summary>
public sealed class KafkaBrokers : IAsyncLifetime
{
    private const int Producer = 0;

    private readonly ConcurrentDictionary<string, TopicReader> readers = new(StringComparer.Ordinal);
    private MockFunctions? functions;
    private IntPtr client;
    private IntPtr cluster;
    private IProducer<byte[]?, byte[]?>? producer;

    public string LibraryPath { get; private set; } = "";

    public string BootstrapServers { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        LibraryPath = await LibrdkafkaBuild.GetAsync();
        if (LibrdkafkaLibrary.Find(LibraryPath) is { } wrong)
            throw new InvalidOperationException(wrong);
        functions = new MockFunctions(NativeLibrary.Load(LibraryPath));
        client = functions.New(Producer, functions.NewSettings(), new byte[512], 512);
        cluster = functions.NewCluster(client, 1);
        BootstrapServers = Marshal.PtrToStringUTF8(functions.Bootstraps(cluster)) ?? throw new InvalidOperationException("no brokers");
        functions.SetRebalanceDelay(cluster, 100);
        producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = BootstrapServers, Acks = Acks.All, LingerMs = 0, MessageTimeoutMs = 120_000, ReconnectBackoffMaxMs = 500, SocketConnectionSetupTimeoutMs = 2_000 })
            .SetLogHandler((_, _) => { }).Build();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var reader in readers.Values)
            reader.Dispose();
        producer?.Dispose();
        if (functions is not null)
        {
            functions.DestroyCluster(cluster);
            functions.Destroy(client);
        }

        return ValueTask.CompletedTask;
    }

    public string CreateTopic(string name, int partitions = 1)
    {
        Functions.CreateTopic(cluster, name, partitions, 1);
        return name;
    }

    /// <summary>The broker drops its connections and takes no new ones.</summary>
    public void TakeDown() => Functions.SetDown(cluster, 1);

    public void BringUp() => Functions.SetUp(cluster, 1);

    /// <summary>The next so many requests of this kind are answered with these errors, whoever sends them.</summary>
    public void RefuseNext(KafkaRequest request, params ErrorCode[] errors) => Functions.PushErrors(cluster, (short)request, errors.Length, Array.ConvertAll(errors, error => (int)error));

    /// <summary>A producer finds that it cannot go on as an idempotent one.</summary>
    public void FailForGood(IntPtr clientHandle) => Functions.FailForGood(clientHandle, (int)ErrorCode.OutOfOrderSequenceNumber, "planted");

    /// <summary>Settings of a service that talks to these brokers.</summary>
    public IEnumerable<(string Name, string Value)> Settings() =>
    [
        ("Notification__Kafka__BootstrapServers", BootstrapServers), ("Notification__Kafka__LibraryPath", LibraryPath),
        ("Notification__Kafka__Client__session.timeout.ms", "6000"), ("Notification__Kafka__Client__reconnect.backoff.max.ms", "500"),
        ("Notification__Kafka__Client__socket.connection.setup.timeout.ms", "2000"),
    ];

    public Task ProduceAsync(string topic, string? key, string? value, params (string Name, string Value)[] headers) =>
        ProduceAsync(topic, key, value is null ? null : Encoding.UTF8.GetBytes(value), [.. headers.Select(header => (header.Name, Encoding.UTF8.GetBytes(header.Value)))]);

    public async Task ProduceAsync(string topic, string? key, byte[]? value, (string Name, byte[] Value)[] headers)
    {
        var message = new Message<byte[]?, byte[]?> { Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = value, Headers = [] };
        foreach (var (name, bytes) in headers)
            message.Headers.Add(name, bytes);
        await producer!.ProduceAsync(topic, message);
    }

    /// <summary>An event in the structured mode.</summary>
    public Task ProduceEventAsync(string topic, string id, string type, string data, string? key = null, string source = "/tests", string more = "") => ProduceAsync(
        topic, key, $$"""{"specversion":"1.0","id":"{{id}}","source":"{{source}}","type":"{{type}}","data":{{data}}{{more}}}""", ("content-type", "application/cloudevents+json; charset=utf-8"));

    /// <summary>Everything that stands in a topic now, per partition in its order.</summary>
    public IReadOnlyList<KafkaRecord> Read(string topic, int partitions = 1) =>
        readers.GetOrAdd(topic, name => new TopicReader(BootstrapServers, name, partitions)).Read();

    /// <summary>How far a group has come in a partition; null if it has committed nothing.</summary>
    public long? Committed(string group, string topic, int partition = 0)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = group }).SetLogHandler((_, _) => { }).Build();
        var offset = consumer.Committed([new TopicPartition(topic, partition)], TimeSpan.FromSeconds(60))[0].Offset;
        return offset.IsSpecial ? null : offset.Value;
    }

    private MockFunctions Functions => functions ?? throw new InvalidOperationException("not initialized");
}

/// <summary>Requests by the protocol's numbers.</summary>
public enum KafkaRequest : short
{
    Produce = 0,
    InitProducerId = 22,
}

/// <summary>A record as a reader of the topic sees it.</summary>
public sealed record KafkaRecord(int Partition, long Offset, string? Key, string? Value, IReadOnlyList<(string Name, string Value)> Headers)
{
    public string? Header(string name) => Headers.Where(header => header.Name == name).Select(header => header.Value).LastOrDefault();

    internal static KafkaRecord Of(ConsumeResult<byte[]?, byte[]?> read) => new(
        read.Partition.Value, read.Offset.Value, Text(read.Message.Key), Text(read.Message.Value), [.. read.Message.Headers.Select(header => (header.Key, Text(header.GetValueBytes()) ?? ""))]);

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
