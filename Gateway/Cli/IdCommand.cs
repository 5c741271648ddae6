using System.CommandLine;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>id</c>: prints the request id of a method from its names, or of all methods in a schema.</summary>
internal sealed class IdCommand
{
    private readonly Argument<string[]> _names = new("NAMES")
    {
        HelpName = "SERVICE METHOD REQUEST REPLY | ENDPOINT",
        Description = "The four names of an smf method, or the endpoint of a frame method. With --schema: [SERVICE [METHOD]], to print only these.",
        Arity = new ArgumentArity(0, 4),
    };

    private readonly Option<string> _schema = new("--schema")
    {
        HelpName = "FILE",
        Description = "Print the request ids of all methods in a FlatBuffers schema.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the ids as JSON. Requires --schema." };

    private readonly string _workingDirectory;

    private IdCommand(string workingDirectory) => _workingDirectory = workingDirectory;

    public static Command Create(Surroundings surroundings)
    {
        var id = new IdCommand(surroundings.WorkingDirectory);
        var command = new Command("id", "Print the request id of a method, in hexadecimal and decimal.") { id._names, id._schema, id._json };
        command.SetAction(id.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        string[] names = line.GetValue(_names) ?? [];
        return line.GetValue(_schema) is { } file ? PrintSchema(line, file, names) : PrintOne(line, names);
    }

    private int PrintOne(ParseResult line, string[] names)
    {
        string? problem =
            line.GetValue(_json) ? "--json requires --schema FILE"
            : names.Length is not (1 or 4) ? $"{names.Length} names do not identify a method; write SERVICE METHOD REQUEST REPLY, or ENDPOINT, or --schema FILE"
            : null;
        if (problem is not null)
            return GatewayCommandLine.Refuse(line, line.InvocationConfiguration.Error, problem);
        RequestId id = names.Length == 1 ? RequestId.ForEndpoint(names[0]) : RequestId.ForMethod(names[0], names[1], names[2], names[3]);
        line.InvocationConfiguration.Output.WriteLine($"{id} {id.Value}");
        return ExitStatus.Success;
    }

    private int PrintSchema(ParseResult line, string file, string[] names)
    {
        TextWriter error = line.InvocationConfiguration.Error;
        if (file.Length == 0 || names.Length > 2)
            return GatewayCommandLine.Refuse(line, error, file.Length == 0 ? "--schema requires a file" : "--schema FILE takes at most SERVICE and METHOD");
        try
        {
            var schema = Schema.Load(file, path => SchemaFile.Read(Path.Combine(_workingDirectory, path)));
            if (!TryChoose(schema, names, out IEnumerable<SchemaMethod> methods, out string? problem))
                return GatewayCommandLine.Refuse(line, error, $"{file}: {problem}");
            Action<TextWriter, IEnumerable<SchemaMethod>> write = line.GetValue(_json) ? MethodReport.WriteJson : MethodReport.Write;
            write(line.InvocationConfiguration.Output, methods);
            return ExitStatus.Success;
        }
        catch (SchemaException wrong)
        {
            error.WriteLine(wrong.Message);
            return ExitStatus.UsageError;
        }
    }

    private static bool TryChoose(Schema schema, string[] names, out IEnumerable<SchemaMethod> methods, out string? problem)
    {
        methods = schema.Services.SelectMany(service => service.Methods);
        problem = null;
        if (names.Length == 0)
            return true;
        if (!SchemaLookup.TryFindService(schema, names[0], out SchemaService? service, out problem))
            return false;
        methods = service.Methods;
        if (names.Length == 1)
            return true;
        if (!SchemaLookup.TryFindMethod(service, names[1], out SchemaMethod? method, out problem))
            return false;
        methods = [method];
        return true;
    }
}
