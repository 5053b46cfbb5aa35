using System.Runtime.InteropServices;

namespace NotificationService.Testing.Kafka;

/// <summary>The functions of librdkafka's mock cluster (<c>rdkafka_mock.h</c>), which the managed client does not bring.</summary>
internal sealed class MockFunctions(IntPtr library)
{
    public NewClient New { get; } = Of<NewClient>(library, "rd_kafka_new");

    public NewHandle NewSettings { get; } = Of<NewHandle>(library, "rd_kafka_conf_new");

    public OnHandle Destroy { get; } = Of<OnHandle>(library, "rd_kafka_destroy");

    public NewMockCluster NewCluster { get; } = Of<NewMockCluster>(library, "rd_kafka_mock_cluster_new");

    public OnHandle DestroyCluster { get; } = Of<OnHandle>(library, "rd_kafka_mock_cluster_destroy");

    public TextOfHandle Bootstraps { get; } = Of<TextOfHandle>(library, "rd_kafka_mock_cluster_bootstraps");

    public OnTopic CreateTopic { get; } = Of<OnTopic>(library, "rd_kafka_mock_topic_create");

    public OnNumber SetDown { get; } = Of<OnNumber>(library, "rd_kafka_mock_broker_set_down");

    public OnNumber SetUp { get; } = Of<OnNumber>(library, "rd_kafka_mock_broker_set_up");

    public OnNumber SetRebalanceDelay { get; } = Of<OnNumber>(library, "rd_kafka_mock_group_initial_rebalance_delay_ms");

    public OnRequests PushErrors { get; } = Of<OnRequests>(library, "rd_kafka_mock_push_request_errors_array");

    public OnClient FailForGood { get; } = Of<OnClient>(library, "rd_kafka_test_fatal_error");

    private static T Of<T>(IntPtr library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate IntPtr NewClient(int type, IntPtr settings, byte[] error, nint errorSize);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate IntPtr NewHandle();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void OnHandle(IntPtr handle);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate IntPtr NewMockCluster(IntPtr client, int brokers);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate IntPtr TextOfHandle(IntPtr handle);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int OnTopic(IntPtr cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replicas);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void OnRequests(IntPtr cluster, short request, nint count, int[] errors);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int OnClient(IntPtr client, int error, [MarshalAs(UnmanagedType.LPUTF8Str)] string reason);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int OnNumber(IntPtr cluster, int number);
}
