using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Identity;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.Generators;

/// <summary>What is computed when a service is compiled, against what the library and the gateway compute when they run.</summary>
public sealed class IdsTests
{
    public static TheoryData<uint, RequestId> Methods => new()
    {
        { 0x6ad4023d, RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response") },
        { StorageIds.Get, RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response") },
        { StorageIds.Read, RequestId.ForMethod("SmfStorage", "Read", "smf_gen::demo::Request", "smf_gen::demo::Blob") },
        { StorageIds.Write, RequestId.ForMethod("SmfStorage", "put", "smf_gen::demo::Blob", "smf_gen::demo::Blob") },
        { AnswersIds.Take, RequestId.ForMethod("Answers", "Take", "Response", "Response") },
        { FilesIds.Describe, RequestId.ForEndpoint("Describe") },
        { FilesIds.Describe, RequestId.ForEndpoint(FilesIds.DescribeEndpoint) },
        { FilesIds.Rename, RequestId.ForEndpoint("files/rename \"it\"") },
        { FilesIds.Rename, RequestId.ForEndpoint(FilesIds.RenameEndpoint) },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_id_is_the_one_that_runs_on_the_wire(uint compiled, RequestId computed) => Assert.Equal(computed, new RequestId(compiled));

    [Fact]
    public void The_routes_of_a_frame_service_are_a_gateways()
    {
        GatewayOptions options = Given.Options(Given.With(
            backends: """ "files": { "protocol": "frame", "servers": ["10.0.0.1:1"] } """, routes: FilesIds.GatewayRoutes.Trim()[1..^1]));
        Assert.Equal(15, options.Routes.Count);
        Assert.Equal(("files-describe", "Describe", FilesIds.Describe), Known(options.Routes[0]));
        Assert.Equal(("files-open-pipe", "OpenPipe", FilesIds.OpenPipe), Known(options.Routes[6]));
        Assert.Equal(("files-rename", "files/rename \"it\"", FilesIds.Rename), Known(options.Routes[14]));
    }

    [Fact]
    public void The_routes_of_an_smf_service_are_a_gateways()
    {
        GatewayOptions options = Given.Options(Given.With(routes: StorageIds.GatewayRoutes.Trim()[1..^1]));
        Assert.Equal(
            [("storage-get", null, StorageIds.Get), ("storage-read", null, StorageIds.Read), ("storage-write", null, StorageIds.Write)],
            options.Routes.Select(Known));
    }

    private static (string Name, string? Endpoint, uint Id) Known(RouteOptions route) => (route.Name, route.Endpoint, route.Id);
}
