using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of a Unix socket's file, which stand beside an address that has one.</summary>
internal static class SocketFileBinder
{
    public static SocketFileOptions Bind(OptionSection section, Setting<Address> address, ValueOption<UnixFileMode> modeOption, ValueOption<string> ownerOption)
    {
        var mode = section.Get(modeOption);
        var owner = section.Get(ownerOption);
        RequireFile(section, address, mode);
        RequireFile(section, address, owner);
        return new SocketFileOptions { Mode = mode.Value, Owner = owner.IsRight ? owner.Value : null };
    }

    private static void RequireFile<T>(OptionSection section, Setting<Address> address, Setting<T> setting)
    {
        if (setting.IsWritten && address is { IsRight: true, Value: not UnixAddress })
            section.Refuse(setting, $"{address.Value} has no file that could have it; leave it out, or listen on a Unix socket, such as \"unix:/run/x.sock\"");
    }
}
