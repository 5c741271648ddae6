using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Generators;

/// <summary>What is computed when a service is compiled, against what the library and the gateway compute when they run.</summary>
public sealed class IdsTests
{
    public static IEnumerable<(uint, RequestId)> Methods => [
        (0x6ad4023d, RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response")),
        (StorageIds.Get, RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response")),
        (StorageIds.Read, RequestId.ForMethod("SmfStorage", "Read", "smf_gen::demo::Request", "smf_gen::demo::Blob")),
        (StorageIds.Write, RequestId.ForMethod("SmfStorage", "put", "smf_gen::demo::Blob", "smf_gen::demo::Blob")),
        (AnswersIds.Take, RequestId.ForMethod("Answers", "Take", "Response", "Response")),
        (FilesIds.Describe, RequestId.ForEndpoint("Describe")),
        (FilesIds.Describe, RequestId.ForEndpoint(FilesIds.DescribeEndpoint)),
        (FilesIds.Rename, RequestId.ForEndpoint("files/rename \"it\"")),
        (FilesIds.Rename, RequestId.ForEndpoint(FilesIds.RenameEndpoint)),
    ];

    [Test]
    [MethodDataSource(nameof(Methods))]
    public async Task An_id_is_the_one_that_runs_on_the_wire(uint compiled, RequestId computed) =>
        await Assert.That(new RequestId(compiled)).IsEqualTo(computed);

    [Test]
    public async Task The_routes_of_a_frame_service_are_a_gateways()
    {
        GatewayOptions options = Given.Options(Given.With(
            backends: """ "files": { "protocol": "frame", "servers": ["10.0.0.1:1"] } """, routes: FilesIds.GatewayRoutes.Trim()[1..^1]));
        await Assert.That(options.Routes.Count).IsEqualTo(15);
        await Assert.That(Known(options.Routes[0])).IsEqualTo(("files-describe", "Describe", FilesIds.Describe));
        await Assert.That(Known(options.Routes[6])).IsEqualTo(("files-open-pipe", "OpenPipe", FilesIds.OpenPipe));
        await Assert.That(Known(options.Routes[14]))
            .IsEqualTo(("files-rename", "files/rename \"it\"", FilesIds.Rename));
    }

    [Test]
    public async Task The_routes_of_an_smf_service_are_a_gateways()
    {
        GatewayOptions options = Given.Options(Given.With(routes: StorageIds.GatewayRoutes.Trim()[1..^1]));
        await Assert.That(options.Routes.Select(Known))
            .IsSequence([("storage-get", null, StorageIds.Get), ("storage-read", null, StorageIds.Read), ("storage-write", null, StorageIds.Write)]);
    }

    private static (string Name, string? Endpoint, uint Id) Known(RouteOptions route) => (route.Name, route.Endpoint, route.Id);
}
