using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the admin endpoint, which other machines can reach only where that is asked for.</summary>
internal static class AdminBinder
{
    public static AdminOptions? Bind(OptionSection root, AddressBook addresses, string configurationFile)
    {
        if (root.GetObject(OptionTable.Gateway.Admin) is not { } section)
            return null;
        var address = section.Get(OptionTable.Admin.Address);
        var allowRemote = section.Get(OptionTable.Admin.AllowRemote);
        addresses.Add(section, address, "the admin endpoint");
        // Where the flag itself is mistaken nobody knows what was meant.
        if (address.IsRight && allowRemote is { Value: false, State: not SettingState.Mistaken } && AddressReach.IsBeyondThisMachine(address.Value))
        {
            section.Refuse(address, $"{address.Value} can be reached from other machines, which would see routes, servers and load; "
                + "write an address of this machine alone, such as \"127.0.0.1:9901\" or \"unix:/run/frpc/admin.sock\", or \"allowRemote\": true beside it");
        }
        return new AdminOptions
        {
            Address = address.Value,
            AllowRemote = allowRemote.Value,
            TokenFile = BindTokenFile(section, configurationFile, out bool create),
            CreateToken = create,
            Hosts = section.GetValues(OptionTable.Admin.Hosts),
            Rights = SocketFileBinder.Bind(section, address, OptionTable.Admin.Mode, OptionTable.Admin.Owner),
        };
    }

    /// <summary>The path is from the folder of the configuration, as those of schemas are.</summary>
    private static string? BindTokenFile(OptionSection section, string configurationFile, out bool create)
    {
        var file = section.Get(OptionTable.Admin.TokenFile);
        var createToken = section.Get(OptionTable.Admin.CreateToken);
        create = createToken.Value;
        if (create && !file.IsWritten)
            section.Refuse(createToken, "says to make the file of \"tokenFile\", which is missing; write its path beside it");
        return file.IsRight ? Path.Combine(Path.GetDirectoryName(configurationFile) ?? "", file.Value) : null;
    }
}
