namespace FrameRpc.Tests.Generators;

/// <summary>What is generated compiles without a word, wherever the interface stands and whatever its parts are called.</summary>
public sealed class GeneratedCodeTests
{
    private const string Table = """

        internal sealed record Table : ISmfPayload<Table>
        {
            public static Table Read(ReadOnlyMemory<byte> payload) => new();
            public void Write(IBufferWriter<byte> destination) { }
        }
        """;

    [Test]
    [Arguments("[FrameService] internal interface IA { Task B(); }")]
    [Arguments("namespace N.M { [FrameService] internal interface IA { Task B(); } namespace M.N { [FrameService] internal interface IA { Task B(); } } }")]
    [Arguments("namespace N; [FrameService] partial interface IA { Task B(); } partial interface IA { Task C(); }")]
    [Arguments("[FrameService] internal interface IEmpty { }")]
    [Arguments("[FrameService(typeof(Json))] internal interface lower { Task<int> get(); }")]
    public async Task In_any_place(string source) => await Assert.That(Compiler.Complaints(source)).IsEmpty();

    [Test]
    public async Task Of_a_public_interface_with_comments_to_all_that_is_public() => await Assert.That(Compiler.Complaints(
        """
        namespace N;
        /// <summary>Public, and so is everything that is made of it.</summary>
        [FrameService(typeof(Json))]
        public interface IGreeter
        {
            /// <summary>Says hello.</summary>
            Task<string> GreetAsync(string name, CallOptions options = default, CancellationToken cancel = default);
        }
        /// <summary>Uses it from outside.</summary>
        public static class Use
        {
            /// <summary>All of it.</summary>
            public static IGreeter Client(FrameClient client, FrameRpc.Protocol.Server.FrameServer server, GreeterClient greeter)
            {
                _ = server.MapGreeter(greeter);
                const uint Id = GreeterIds.Greet;
                Console.WriteLine(GreeterIds.GreetEndpoint + GreeterIds.GatewayRoutes + Id);
                return new GreeterClient(client);
            }
        }
        """)).IsEmpty();

    [Test]
    public async Task With_keywords_for_names() => await Assert.That(Compiler.Complaints(
        """
        namespace @namespace.@class;
        [FrameService(typeof(Json))]
        internal interface @interface
        {
            Task<string> @event(string @params, CancellationToken @default = default);
            Task @return(CallOptions @in);
        }
        """)).IsEmpty();

    [Test]
    public async Task With_the_names_that_generated_code_uses_itself()
    {
        const string Task = "global::System.Threading.Tasks.Task";
        await Assert.That(Compiler.Complaints(
            $$"""
            namespace N;
            [FrameService(typeof(Json))]
            internal interface IA
            {
                {{Task}}<string> One(string _client, CallOptions options, CancellationToken cancel);
                {{Task}} Two(string client);
                {{Task}}<Stream> server(Stream request);
                {{Task}}<int> Three(int body);
                ValueTask<int> Four(int reply);
                {{Task}} Five(int service);
            }
            internal class Task;
            internal class System;
            internal class FrameRpc;
            """)).IsEmpty();
    }

    [Test]
    public async Task With_the_names_of_what_every_object_has() => await Assert.That(Compiler.Complaints(
        "[FrameService(typeof(Json))] internal interface IA { Task<int> GetHashCodeAsync(); Task<string> ToString(); Task GetType(); [Obsolete] Task B(); }")).IsEmpty();

    [Test]
    public async Task With_words_that_are_keywords_only_in_some_places() => await Assert.That(Compiler.Complaints(
        """
        [FrameService(typeof(Json))]
        internal interface IA
        {
            Task<string> await(string @await, CallOptions var, CancellationToken field);
            Task<string> async(string value);
            Task<int> nameof(int when);
        }
        """)).IsEmpty();

    [Test]
    public async Task With_default_values_of_every_kind() => await Assert.That(Compiler.Complaints(
        """
        [FrameService(typeof(Json))]
        internal interface IA
        {
            Task A(int number = int.MinValue, CallOptions options = default(CallOptions), CancellationToken cancel = new CancellationToken());
            Task B(string @string = "\u0000\t\n{}");
            Task C(params byte[] octets);
            Task D(byte[] octets = null!);
            Task E(ReadOnlyMemory<byte> octets = default);
        }
        """)).IsEmpty();

    [Test]
    public async Task With_default_values_and_nullable_types() => await Assert.That(Compiler.Complaints(
        """
        [FrameService(typeof(Json))]
        internal interface IA
        {
            Task<string?> One(string? text = null, CancellationToken cancel = default);
            Task<int> Two(int number = 42);
            Task<string> Three(string text = "a \"quoted\" text");
            ValueTask<string?> Four(string text = "");
        }
        internal static class Use
        {
            public static async Task All(FrameClient client)
            {
                string? one = await new AClient(client).One();
                int two = await new AClient(client).Two();
                string three = await new AClient(client).Three();
            }
        }
        """)).IsEmpty();

    [Test]
    public async Task Where_null_is_not_checked() => await Assert.That(Compiler.Complaints(
        """
        #nullable disable
        [FrameService(typeof(Json))]
        internal interface IA
        {
            Task<string> One(string text);
            Task<Stream> Two(Stream octets);
        }
        """)).IsEmpty();

    [Test]
    public async Task For_smf_with_types_and_bytes() => await Assert.That(Compiler.Complaints(
        """
        [SmfService("@Any \"name\"", Namespace = "a.b")]
        internal interface IA
        {
            Task<Table> One(Table table, CallOptions options = default, CancellationToken cancel = default);
            [SmfMethod(Request = "R", Reply = "R")]
            ValueTask<ReadOnlyMemory<byte>> Two(ReadOnlyMemory<byte> reply);
            ValueTask<Table> Three(CancellationToken body, Table cancel);
        }
        """ + Table)).IsEmpty();

    [Test]
    public async Task For_every_kind_of_octets() => await Assert.That(Compiler.Complaints(
        """
        [FrameService]
        internal interface IA
        {
            Task<Stream> One(PipeReader octets);
            Task<PipeReader> Two(Stream octets);
            Task<byte[]> Three(ReadOnlySequence<byte> octets);
            ValueTask<ReadOnlySequence<byte>> Four(ReadOnlyMemory<byte> octets);
            ValueTask<ReadOnlyMemory<byte>> Five(byte[] octets);
        }
        """)).IsEmpty();
}
