using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>
/// Kestrel without a web host. It registers its parts with the builder of one; this builder keeps what is registered, and
/// builds no host.
/// </summary>
/// <remarks>
/// What Kestrel adds to the native binary of 9.0 MiB, and to the 13.1 MiB that an idle gateway has resident: so 2.0 and 2.9 MiB;
/// with an empty WebApplication 3.3 and 5.2; by KestrelServer's public constructor, which brings TLS along, 5.4 and 4.5.
/// </remarks>
internal sealed class KestrelServices : IWebHostBuilder
{
    private readonly ServiceCollection _services = [];

    /// <summary>What Kestrel expects of its host. Nobody listens to its diagnostics or its meters.</summary>
    private KestrelServices(ILoggerFactory logs) =>
        _services.AddSingleton(logs).AddSingleton<DiagnosticSource>(new DiagnosticListener("Microsoft.AspNetCore")).AddOptions().AddMetrics();

    public static ServiceProvider Create(ILoggerFactory logs, Action<KestrelServerOptions> configure)
    {
        var builder = new KestrelServices(logs);
        // One queue: what the admin endpoint has to do never needs a second thread for its sockets.
        builder.UseKestrelCore().ConfigureKestrel(configure).UseSockets(transport => transport.IOQueueCount = 1);
        return builder._services.BuildServiceProvider();
    }

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices) => throw NoHost();

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => throw NoHost();

    public IWebHostBuilder UseSetting(string key, string? value) => throw NoHost();

    public string? GetSetting(string key) => throw NoHost();

#pragma warning disable ASPDEPR008 // Nobody builds it: the interface asks for it.
    public IWebHost Build() => throw NoHost();
#pragma warning restore ASPDEPR008

    private static NotSupportedException NoHost() => new("there is no web host here");
}
