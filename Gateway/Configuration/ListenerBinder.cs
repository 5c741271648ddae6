namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the listeners; no two may share a name or an address.</summary>
internal static class ListenerBinder
{
    public static IReadOnlyList<ListenerOptions> Bind(OptionSection root, LimitOptions limits, out AddressBook addresses)
    {
        addresses = new AddressBook();
        var names = new NameBook();
        var listeners = new List<ListenerOptions>();
        foreach (OptionSection section in root.GetList(OptionTable.Gateway.Listeners))
        {
            var name = section.Get(OptionTable.Listener.Name);
            var address = section.Get(OptionTable.Listener.Address);
            names.Add(section, name);
            addresses.Add(section, address, name.IsRight ? $"listener \"{name.Value}\"" : section.Path);
            listeners.Add(new ListenerOptions
            {
                Name = name.Value,
                Address = address.Value,
                Protocol = section.Get(OptionTable.Listener.Protocol).Value,
                ConnectionsMax = section.Get(OptionTable.Listener.ConnectionsMax).Or(limits.ConnectionsMax),
                Rights = SocketFileBinder.Bind(section, address, OptionTable.Listener.Mode, OptionTable.Listener.Owner),
            });
        }
        return listeners;
    }
}
