using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Every name of <c>gateway.json</c>, once: what it takes, its default, and what it means.</summary>
/// <remarks>A name that is not here is a mistake, and a test holds <c>gateway.schema.json</c> against this table.</remarks>
internal static class OptionTable
{
    private static readonly TextForm Text = new();
    private static readonly SizeForm MessageSize = new(1, int.MaxValue);
    private static readonly CountForm Connections = new(1, 1_000_000);
    private static readonly ModeForm Modes = new();
    private static readonly OwnerForm Owners = new();
    private static readonly ChoiceForm<WireProtocol> Protocols = new(("frame", WireProtocol.Frame), ("smf", WireProtocol.Smf));

    /// <summary>Names at the top of the file.</summary>
    internal static class Gateway
    {
        public static readonly ValueOption<string> Schema = new("$schema",
            "The JSON Schema of this file, for completion in editors. The gateway does not read it.", Text);

        public static readonly ValueOption<int> Workers = new("workers",
            "Event-loop threads. 0 means one for each core.", new CountForm(0, 1024))
        { Default = 0 };

        public static readonly ListOption Listeners = new("listeners",
            "The addresses on which callers connect.", Listener.Members)
        { Required = true, MayBeEmpty = false };

        public static readonly MapOption Backends = new("backends",
            "Named groups of servers that serve the same methods.", Backend.Members)
        { Required = true };

        public static readonly ListOption Routes = new("routes", "Which backend serves which method.", Route.Members) { Required = true };

        public static readonly ObjectOption Limits = new("limits", "Bounds of the whole gateway.", Limit.Members);

        public static readonly ValueOption<RelayMode> Relay = new("relay",
            "How large bodies pass: splice moves them inside the kernel, copy through the gateway's memory, auto splices, except where copying was measured to be faster.",
            new ChoiceForm<RelayMode>(("auto", RelayMode.Auto), ("splice", RelayMode.Splice), ("copy", RelayMode.Copy)))
        { Default = RelayMode.Auto };

        public static readonly ValueOption<long> SpliceBytesMin = new("spliceBytesMin",
            "What is still to come of a body must be at least this long to be spliced.", new SizeForm(1, 1 << 30))
        { Default = RelayPolicy.SpliceBytesMinDefault };

        public static readonly ObjectOption Admin = new("admin", "The admin endpoint. Without it there is none.", OptionTable.Admin.Members);

        public static readonly ObjectOption AccessLog = new("accessLog", "A line of JSON for calls that end.", OptionTable.AccessLog.Members);

        public static readonly ValueOption<TimeSpan> DrainTimeout = new("drainTimeout", "How long calls in flight may take to finish after SIGTERM.",
            new DurationForm(TimeSpan.Zero, TimeSpan.FromHours(1)))
        { Default = TimeSpan.FromSeconds(10) };

        public static readonly OptionGroup Members = new(Schema, Workers, Listeners, Backends, Routes, Limits, Relay, SpliceBytesMin, Admin, AccessLog, DrainTimeout);
    }

    /// <summary>Names of an entry of <c>listeners</c>.</summary>
    internal static class Listener
    {
        public static readonly ValueOption<string> Name = new("name", "The listener's name in logs and metrics.", Text) { Required = true };

        public static readonly ValueOption<Address> Address = new("address",
            "Where to listen: \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\". Port 0 lets the kernel choose.",
            AddressForm.ToListenOn)
        { Required = true };

        public static readonly ValueOption<WireProtocol> Protocol = new("protocol", "The wire format that callers speak here.", Protocols) { Required = true };

        public static readonly ValueOption<int> ConnectionsMax = new("connectionsMax",
            "Callers connected to this listener at once, over all workers. By default limits.connectionsMax.", Connections);

        public static readonly ValueOption<UnixFileMode> Mode = new("mode",
            "The mode of a Unix socket's file: who may connect. \"0666\" lets everybody.", Modes)
        { Default = SocketRights.DefaultMode };

        public static readonly ValueOption<string> Owner = new("owner",
            "The user and the group that a Unix socket's file is given to. By default those of the gateway.", Owners);

        public static readonly OptionGroup Members = new(Name, Address, Protocol, ConnectionsMax, Mode, Owner);
    }

    /// <summary>Names of an entry of <c>backends</c>.</summary>
    internal static class Backend
    {
        public static readonly ValueOption<WireProtocol> Protocol = new("protocol", "The wire format that the servers speak.", Protocols) { Required = true };

        public static readonly ListOption Servers = new("servers", "The servers: an address each, or an object with an address and a weight.", Server.Members)
        {
            Required = true,
            MayBeEmpty = false,
            Short = Server.Address,
        };

        public static readonly ValueOption<Balancing> Balancing = new("balancing",
            "How the next server is chosen: roundRobin takes them in turn, "
            + "leastCalls the one of two chosen by chance with fewer calls in flight for its weight.",
            new ChoiceForm<Balancing>(("roundRobin", Configuration.Balancing.RoundRobin), ("leastCalls", Configuration.Balancing.LeastCalls)))
        { Default = Configuration.Balancing.LeastCalls };

        public static readonly ValueOption<TimeSpan> ConnectTimeout = new("connectTimeout", "How long a connection to a server may take to be made.",
            new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)))
        { Default = TimeSpan.FromSeconds(1) };

        public static readonly ValueOption<int> ConnectionsPerServerMax = new("connectionsPerServerMax",
            "Connections to one server, over all workers, each of which has an equal part: at least two for smf, one for frame. "
            + "A frame call, or an smf call with a large body, has one to itself; calls beyond them wait.",
            new CountForm(1, 1_000_000))
        { Default = 256 };

        public static readonly ValueOption<int> CallsWaitingMax = new("callsWaitingMax",
            "Calls of one worker that may wait for a connection of their own; those over it are refused. 0 refuses at once.", new CountForm(0, 1_000_000))
        { Default = 1024 };

        public static readonly ValueOption<bool> DrainsOctets = new("drainsOctets",
            "Whether the servers read an octets request to its end, or close the connection, whatever their handler does. "
            + "Without it a connection that carried an octets request is closed behind its reply, and a reply that begins before the request has ended stops the rest of it.",
            new FlagForm())
        { Default = false };

        public static readonly ValueOption<PayloadKind> Payload = new("payload",
            "What uncompressed smf bodies are: table refuses those without the outline of a FlatBuffers table, either way; any lets all bytes pass.",
            new ChoiceForm<PayloadKind>(("table", PayloadKind.Table), ("any", PayloadKind.Any)))
        { Default = PayloadKind.Table };

        public static readonly ValueOption<PackedRequests> Compression = new("compression",
            "Whether zstd and lz4 requests of smf reach the servers: pass, or refuse for servers that end on them, as Go's do.",
            new ChoiceForm<PackedRequests>(("pass", PackedRequests.Pass), ("refuse", PackedRequests.Refuse)))
        { Default = PackedRequests.Pass };

        public static readonly OptionGroup Members = new(
            Protocol, Servers, Balancing, ConnectTimeout, ConnectionsPerServerMax, CallsWaitingMax, DrainsOctets, Payload, Compression);
    }

    /// <summary>Names of an entry of a backend's <c>servers</c>.</summary>
    internal static class Server
    {
        public static readonly ValueOption<Address> Address = new("address",
            "Where the server listens: \"127.0.0.1:7001\", \"[::1]:7001\", \"name:port\", \"unix:/run/x.sock\", or \"demo:echo\" for the embedded server.",
            AddressForm.OfServer)
        { Required = true };

        public static readonly ValueOption<int> Weight = new("weight",
            "The server's share of the calls, relative to the others.", new CountForm(1, 1000))
        { Default = 1 };

        public static readonly OptionGroup Members = new(Address, Weight);
    }

    /// <summary>Names of an entry of <c>routes</c>.</summary>
    internal static class Route
    {
        private static readonly ChoiceForm<DataType> Bodies = new(("json", DataType.Json), ("octets", DataType.Octets), ("none", DataType.None));

        public static readonly ValueOption<string> Name = new("name", "The route's name in logs and metrics.", Text) { Required = true };

        public static readonly ValueOption<RequestId> Id = new("id",
            "The request id of an smf method whose names are not at hand. Beside endpoint it must be the CRC-32 of the name.", new RequestIdForm());

        public static readonly ValueOption<string> Schema = new("schema",
            "The path of a FlatBuffers schema from the folder of this file; it says request and reply. "
            + "Without method the entry makes a route of each method of the service, called name.method.", Text);

        public static readonly ValueOption<string> Service = new("service",
            "The service of an smf method. The id is computed from service, method, request and reply.", Text);

        public static readonly ValueOption<string> Method = new("method", "The name of an smf method.", Text);

        public static readonly ValueOption<string> Request = new("request",
            "The type of an smf method's request, with its namespace: smf_gen::demo::Request.", Text);

        public static readonly ValueOption<string> Reply = new("reply",
            "The type of an smf method's reply, with its namespace: smf_gen::demo::Response.", Text);

        public static readonly ValueOption<string> Endpoint = new("endpoint", "The name of a frame method.", Text);

        public static readonly ValueOption<string> Backend = new("backend", "The name of the backend that serves the method.", Text) { Required = true };

        public static readonly ValueOption<TimeSpan> Timeout = new("timeout",
            "How long a call may stand still, with no byte moving either way, before its reply has come.",
            new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)))
        { Default = TimeSpan.FromSeconds(30) };

        public static readonly ValueOption<long> MessageBytesMax = new("messageBytesMax",
            "The longest smf body, or JSON part of a frame message, of this route. By default limits.messageBytesMax.", MessageSize);

        public static readonly ValueOption<long> OctetsBytesMax = new("octetsBytesMax",
            "The longest octets part of a frame request. Octets are streams: by default they have no limit.", new SizeForm(1, long.MaxValue));

        public static readonly ValueOption<DataType> RequestBody = new("requestBody",
            "What the requests of a frame method hold: json, octets, or none, an empty data part. A call that says otherwise is refused.", Bodies)
        { Default = DataType.Json };

        public static readonly ValueOption<DataType> ReplyBody = new("replyBody",
            "What the replies of a frame method hold. A call that accepts something else is refused, and a reply that holds something else is not passed on.", Bodies)
        { Default = DataType.Json };

        public static readonly ValueOption<HeaderLikeBodies> HeaderLikeBodies = new("headerLikeBodies",
            "Whether a request of a frame method may have a body that a server which lacks the method would take for its next header: "
            + "null, an object with a member Endpoint, or octets that begin with null or an object.",
            new ChoiceForm<HeaderLikeBodies>(("refuse", Configuration.HeaderLikeBodies.Refuse), ("pass", Configuration.HeaderLikeBodies.Pass)))
        { Default = Configuration.HeaderLikeBodies.Refuse };

        public static readonly OptionGroup Members = new(
            Name, Id, Schema, Service, Method, Request, Reply, Endpoint, Backend, Timeout, MessageBytesMax, OctetsBytesMax, RequestBody, ReplyBody, HeaderLikeBodies);
    }

    /// <summary>Names of <c>limits</c>.</summary>
    internal static class Limit
    {
        public static readonly ValueOption<long> MessageBytesMax = new("messageBytesMax",
            "The longest smf body, or JSON part of a frame message. Longer ones are refused before anything is allocated.", MessageSize)
        { Default = 64 << 20 };

        public static readonly ValueOption<int> ConnectionsMax = new("connectionsMax",
            "Callers connected at once, over all listeners and workers.", Connections)
        { Default = 10_000 };

        public static readonly ValueOption<long> ReplyBufferMax = new("replyBufferMax", "Reply bytes that may wait for one caller to read them.",
            new SizeForm(64 << 10, 1 << 30))
        { Default = 4 << 20 };

        public static readonly ValueOption<TimeSpan> WriteTimeout = new("writeTimeout", "How long a caller that others wait for may leave its replies unread.",
            new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)))
        { Default = TimeSpan.FromSeconds(5) };

        public static readonly ValueOption<long> SharedBodyMax = new("sharedBodyMax",
            "smf bodies up to this size share a connection to the server with other calls; larger ones have one to themselves.", new SizeForm(1, 1 << 20))
        { Default = 64 << 10 };

        public static readonly ValueOption<int> PipesMax = new("pipesMax",
            "Bodies that one worker splices at once, each through a pipe of up to 1 MiB; those over it are copied. 0 splices none.", new CountForm(0, 65_535))
        { Default = 64 };

        public static readonly OptionGroup Members = new(MessageBytesMax, ConnectionsMax, ReplyBufferMax, WriteTimeout, SharedBodyMax, PipesMax);
    }

    /// <summary>Names of <c>admin</c>.</summary>
    internal static class Admin
    {
        public static readonly ValueOption<Address> Address = new("address",
            "Where the admin endpoint listens: \"127.0.0.1:9901\", \"[::1]:9901\", \"localhost:9901\" or \"unix:/run/x.sock\"; with allowRemote any address.",
            AddressForm.ToListenOn)
        { Required = true };

        public static readonly ValueOption<bool> AllowRemote = new("allowRemote",
            "Whether other machines may reach the admin endpoint. They see routes, servers and load; to drain or to stop the gateway takes the token of tokenFile.",
            new FlagForm())
        { Default = false };

        public static readonly ValueOption<string> TokenFile = new("tokenFile",
            "The path, from the folder of this file, of a file with the token that drains or stops the gateway: one line of 16 to 512 characters, which its user alone may read. "
            + "Without it only the gateway's user and root can, over a Unix socket.", Text);

        public static readonly ValueOption<bool> CreateToken = new("createToken",
            "Whether the gateway makes the file of tokenFile where there is none, with a new token, when it starts.",
            new FlagForm())
        { Default = false };

        public static readonly ValueListOption<string> Hosts = new("hosts",
            "Names and addresses, besides localhost and those that it listens on, by which the admin endpoint may be asked over TCP: what stands in the Host header, without a port.",
            new HostForm());

        public static readonly ValueOption<UnixFileMode> Mode = new("mode",
            "The mode of a Unix socket's file: who may connect. To drain or to stop takes more than that.", Modes)
        { Default = SocketRights.DefaultMode };

        public static readonly ValueOption<string> Owner = new("owner",
            "The user and the group that a Unix socket's file is given to. By default those of the gateway.", Owners);

        public static readonly OptionGroup Members = new(Address, AllowRemote, TokenFile, CreateToken, Hosts, Mode, Owner);
    }

    /// <summary>Names of <c>accessLog</c>.</summary>
    internal static class AccessLog
    {
        public static readonly ValueOption<string> To = new("to",
            "Where the lines go: \"off\", \"stdout\", \"stderr\", or the path of a file, to which they are appended.", Text)
        { Default = AccessLogOptions.Off };

        public static readonly ValueOption<int> OneIn = new("oneIn", "Of so many calls of a worker one is told. 1 tells all.", new CountForm(1, 1_000_000_000))
        { Default = 1 };

        public static readonly ValueOption<int> LinesWaitingMax = new("linesWaitingMax",
            "Lines of one worker that may wait to be written; those over it are dropped and counted, for no call waits for its line.",
            new CountForm(16, 1 << 20))
        { Default = 8192 };

        public static readonly OptionGroup Members = new(To, OneIn, LinesWaitingMax);
    }
}
