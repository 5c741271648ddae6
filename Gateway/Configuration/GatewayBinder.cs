using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the whole gateway from the sections of the configuration, and checks what only shows between them.</summary>
/// <remarks>Written by hand: binding by reflection would not survive trimming, and could not say where a mistake stands.</remarks>
internal static class GatewayBinder
{
    public static GatewayOptions Bind(OptionSection root, SchemaShelf schemas, string configurationFile)
    {
        _ = root.Get(OptionTable.Gateway.Schema);
        OptionSection? limitSection = root.GetObject(OptionTable.Gateway.Limits);
        LimitOptions limits = BindLimits(limitSection);
        IReadOnlyList<ListenerOptions> listeners = ListenerBinder.Bind(root, limits, out AddressBook addresses);
        int workers = root.Get(OptionTable.Gateway.Workers).Or(0);
        if (workers == 0)
            workers = Environment.ProcessorCount;
        var backends = BackendBinder.Bind(root, workers);
        return new GatewayOptions
        {
            Workers = workers,
            Listeners = listeners,
            Backends = [.. backends.Select(b => b.Options).OfType<BackendOptions>()],
            Routes = RouteBinder.Bind(root, backends, limits, schemas),
            Limits = limits,
            Relay = BindRelay(root, limitSection),
            DrainTimeout = root.Get(OptionTable.Gateway.DrainTimeout).Value,
            Admin = AdminBinder.Bind(root, addresses, configurationFile),
            AccessLog = BindAccessLog(root.GetObject(OptionTable.Gateway.AccessLog)),
        };
    }

    /// <summary>Without the object every limit has its default.</summary>
    private static LimitOptions BindLimits(OptionSection? section) => new()
    {
        MessageBytesMax = Value(section, OptionTable.Limit.MessageBytesMax),
        ConnectionsMax = Value(section, OptionTable.Limit.ConnectionsMax),
        ReplyBufferMax = (int)Value(section, OptionTable.Limit.ReplyBufferMax),
        WriteTimeout = Value(section, OptionTable.Limit.WriteTimeout),
        SharedBodyMax = (int)Value(section, OptionTable.Limit.SharedBodyMax),
    };

    private static RelayPolicy BindRelay(OptionSection root, OptionSection? limits) => new()
    {
        Mode = root.Get(OptionTable.Gateway.Relay).Value,
        SpliceBytesMin = root.Get(OptionTable.Gateway.SpliceBytesMin).Value,
        PipesMax = Value(limits, OptionTable.Limit.PipesMax),
    };

    private static AccessLogOptions? BindAccessLog(OptionSection? section)
    {
        var options = new AccessLogOptions
        {
            To = Value(section, OptionTable.AccessLog.To),
            OneIn = Value(section, OptionTable.AccessLog.OneIn),
            LinesWaitingMax = Value(section, OptionTable.AccessLog.LinesWaitingMax),
        };
        return options.To == AccessLogOptions.Off ? null : options;
    }

    private static T Value<T>(OptionSection? section, ValueOption<T> option) => section is null ? option.Default! : section.Get(option).Value;
}
