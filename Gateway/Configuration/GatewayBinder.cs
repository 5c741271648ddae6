namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the whole gateway from the sections of the configuration, and checks the sections against each other.</summary>
/// <remarks>Binding by reflection would not survive trimming, and could not locate errors.</remarks>
internal static class GatewayBinder
{
    public static GatewayOptions Bind(OptionSection root, SchemaCache schemas, string configurationFile)
    {
        GatewayOptions options = GatewaySection.Options.Read(root);
        int workers = options.Workers == 0 ? Environment.ProcessorCount : options.Workers;
        var addresses = new UniqueAddresses();
        IReadOnlyList<ListenerOptions> listeners = ListenerBinder.Bind(root, options.Limits, addresses);
        IReadOnlyList<BoundBackend> backends = BackendBinder.Bind(root, workers);
        return options with
        {
            Workers = workers,
            Listeners = listeners,
            Backends = [.. backends.Select(b => b.Options).OfType<BackendOptions>()],
            Routes = RouteBinder.Bind(root, backends, options.Limits, schemas),
            Admin = AdminBinder.Bind(root, addresses, configurationFile),
        };
    }
}
