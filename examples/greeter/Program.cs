using System.Text.Json.Serialization;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Services;

await using FrameServer server = new FrameServer("127.0.0.1:0").MapGreeter(new Greeter());
server.Start();

await using var client = new FrameClient(server.Address);
Greeting greeting = await new GreeterClient(client).GreetAsync(new Name("Ada"));
Console.WriteLine(greeting.Text);

[FrameService(typeof(GreeterJson))]
internal interface IGreeter
{
    Task<Greeting> GreetAsync(Name name);
}

internal sealed class Greeter : IGreeter
{
    public Task<Greeting> GreetAsync(Name name) => Task.FromResult(new Greeting($"Hello, {name.Text}!"));
}

internal sealed record Name(string Text);
internal sealed record Greeting(string Text);

[JsonSerializable(typeof(Name))]
[JsonSerializable(typeof(Greeting))]
internal sealed partial class GreeterJson : JsonSerializerContext;
