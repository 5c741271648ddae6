using System.Text.Json;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// The configuration that is in effect, in the form of gateway.json: a gateway that is given it does the same. It is written from
/// the options alone, so that nothing else that stood in the file or in the environment can be in it.
/// </summary>
internal sealed class EffectiveConfiguration
{
    private readonly Utf8JsonWriter _json;

    private EffectiveConfiguration(Utf8JsonWriter json) => _json = json;

    public static byte[] Write(GatewayOptions options)
    {
        var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
            new EffectiveConfiguration(json).WriteAll(options);
        return text.ToArray();
    }

    private void WriteAll(GatewayOptions options) => Object(null, () =>
    {
        Value(OptionTable.Gateway.Workers, options.Workers);
        List(OptionTable.Gateway.Listeners, options.Listeners, WriteListener);
        Object(OptionTable.Gateway.Backends, () =>
        {
            foreach (BackendOptions backend in options.Backends)
            {
                _json.WritePropertyName(backend.Name);
                Object(null, () => WriteBackend(backend, options.Workers));
            }
        });
        List(OptionTable.Gateway.Routes, options.Routes, route => WriteRoute(route, options.Backends[route.Backend]));
        Object(OptionTable.Gateway.Limits, () => WriteLimits(options));
        Value(OptionTable.Gateway.Relay, options.Relay.Mode);
        Value(OptionTable.Gateway.SpliceBytesMin, options.Relay.SpliceBytesMin);
        if (options.Admin is { } admin)
            Object(OptionTable.Gateway.Admin, () => WriteAdmin(admin));
        Object(OptionTable.Gateway.AccessLog, () => WriteAccessLog(options.AccessLog));
        Value(OptionTable.Gateway.DrainTimeout, options.DrainTimeout);
    });

    private void WriteListener(ListenerOptions listener)
    {
        Value(OptionTable.Listener.Name, listener.Name);
        Value(OptionTable.Listener.Address, listener.Address);
        Value(OptionTable.Listener.Protocol, listener.Protocol);
        Value(OptionTable.Listener.ConnectionsMax, listener.ConnectionsMax);
        if (listener.Address is UnixAddress)
            WriteRights(listener.Rights, OptionTable.Listener.Mode, OptionTable.Listener.Owner);
    }

    private void WriteRights(SocketFileOptions rights, ValueOption<UnixFileMode> mode, ValueOption<string> owner)
    {
        Value(mode, rights.Mode);
        if (rights.Owner is { } written)
            Value(owner, written);
    }

    private void WriteBackend(BackendOptions backend, int workers)
    {
        Value(OptionTable.Backend.Protocol, backend.Protocol);
        List(OptionTable.Backend.Servers, backend.Servers, WriteServer);
        Value(OptionTable.Backend.Balancing, backend.Balancing);
        Value(OptionTable.Backend.ConnectTimeout, backend.ConnectTimeout);
        // What the workers share: what was left over when it was divided is not in effect.
        Value(OptionTable.Backend.ConnectionsPerServerMax, (backend.Lanes.Shared + backend.Lanes.Exclusive) * workers);
        Value(OptionTable.Backend.CallsWaitingMax, backend.CallsWaitingMax);
        if (backend.Protocol == WireProtocol.Frame)
        {
            Value(OptionTable.Backend.DrainsOctets, backend.DrainsOctets);
            return;
        }
        Value(OptionTable.Backend.Payload, backend.Payload);
        Value(OptionTable.Backend.Compression, backend.Compression);
    }

    private void WriteServer(ServerOptions server)
    {
        Value(OptionTable.Server.Address, server.Address);
        Value(OptionTable.Server.Weight, server.Weight);
    }

    private void WriteRoute(RouteOptions route, BackendOptions backend)
    {
        Value(OptionTable.Route.Name, route.Name);
        if (route.Method is { } method)
            WriteMethod(method);
        else if (route.Endpoint is { } endpoint)
            Value(OptionTable.Route.Endpoint, endpoint);
        else
            Value(OptionTable.Route.Id, new RequestId(route.Id));
        Value(OptionTable.Route.Backend, backend.Name);
        Value(OptionTable.Route.Timeout, route.Timeout);
        Value(OptionTable.Route.MessageBytesMax, route.MessageBytesMax);
        if (route.OctetsBytesMax is { } octetsBytesMax)
            Value(OptionTable.Route.OctetsBytesMax, octetsBytesMax);
        if (route.Endpoint is null)
            return;
        Value(OptionTable.Route.RequestBody, route.RequestBody);
        Value(OptionTable.Route.ReplyBody, route.ReplyBody);
        Value(OptionTable.Route.HeaderLikeBodies, route.HeaderLikeBodies);
    }

    private void WriteMethod(SchemaMethod method)
    {
        Value(OptionTable.Route.Service, method.Service);
        Value(OptionTable.Route.Method, method.Name);
        Value(OptionTable.Route.Request, method.Request);
        Value(OptionTable.Route.Reply, method.Reply);
    }

    private void WriteLimits(GatewayOptions options)
    {
        Value(OptionTable.Limit.MessageBytesMax, options.Limits.MessageBytesMax);
        Value(OptionTable.Limit.ConnectionsMax, options.Limits.ConnectionsMax);
        Value(OptionTable.Limit.ReplyBufferMax, options.Limits.ReplyBufferMax);
        Value(OptionTable.Limit.WriteTimeout, options.Limits.WriteTimeout);
        Value(OptionTable.Limit.SharedBodyMax, options.Limits.SharedBodyMax);
        Value(OptionTable.Limit.PipesMax, options.Relay.PipesMax);
    }

    private void WriteAdmin(AdminOptions admin)
    {
        Value(OptionTable.Admin.Address, admin.Address);
        Value(OptionTable.Admin.AllowRemote, admin.AllowRemote);
        if (admin.TokenFile is { } tokenFile)
        {
            // The path and never the token.
            Value(OptionTable.Admin.TokenFile, tokenFile);
            Value(OptionTable.Admin.CreateToken, admin.CreateToken);
        }
        List(OptionTable.Admin.Hosts, admin.Hosts);
        if (admin.Address is UnixAddress)
            WriteRights(admin.Rights, OptionTable.Admin.Mode, OptionTable.Admin.Owner);
    }

    private void WriteAccessLog(AccessLogOptions? log)
    {
        Value(OptionTable.AccessLog.To, log?.To ?? AccessLogOptions.Off);
        if (log is null)
            return;
        Value(OptionTable.AccessLog.OneIn, log.OneIn);
        Value(OptionTable.AccessLog.LinesWaitingMax, log.LinesWaitingMax);
    }

    private void Value<T>(ValueOption<T> option, T value)
    {
        _json.WritePropertyName(option.Name);
        _json.WriteRawValue(option.Show(value));
    }

    private void List<T>(ValueListOption<T> option, IReadOnlyList<T> values)
    {
        _json.WriteStartArray(option.Name);
        foreach (T value in values)
            _json.WriteRawValue(option.TypedEntry.Show(value));
        _json.WriteEndArray();
    }

    private void List<T>(ListOption option, IReadOnlyList<T> entries, Action<T> write)
    {
        _json.WriteStartArray(option.Name);
        foreach (T entry in entries)
            Object(null, () => write(entry));
        _json.WriteEndArray();
    }

    private void Object(NamedOption? option, Action write)
    {
        if (option is not null)
            _json.WritePropertyName(option.Name);
        _json.WriteStartObject();
        write();
        _json.WriteEndObject();
    }
}
